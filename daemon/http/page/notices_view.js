// notices_view.js -- what one must know before trusting the figures: no connection, old data, events that were refused.
import { html, nothing } from "./lit-html.js";

const OLD_S = 24 * 3600;
const VERY_OLD_S = 3 * OLD_S;

export function noticesView({ words, figures, store, now }) {
  const notices = [...linkNotice(words, figures, store), ...problemNotice(words, store), ...statusNotices(words, figures, store.status, now)];
  return html`<div class="notices" role="status" aria-live="polite">${notices.map(({ kind, what, detail }) => html`<div class="notice ${kind}"><p>${what}</p>${detail ?? nothing}</div>`)}</div>`;
}

function linkNotice(words, figures, { link, snapshot }) {
  if (link !== "lost") return [];
  return [{ kind: "bad", what: snapshot ? words.lostNotice(words.asOf(figures.moment(snapshot.as_of))) : words.lostWithout }];
}

function problemNotice(words, { problem, link, load }) {
  if (!problem || link === "lost") return [];
  return [{ kind: "bad", what: `${words.failed}: ${problem.message}`, detail: html`<button type="button" @click=${load}>${words.retry}</button>` }];
}

function statusNotices(words, figures, status, now) {
  if (!status) return [];
  const notices = [];
  if (!status.last_event_at) notices.push({ kind: "note", what: words.noEvents });
  else {
    const silence = (now - Date.parse(status.last_event_at)) / 1000;
    if (silence > OLD_S) notices.push({ kind: silence > VERY_OLD_S ? "warn" : "note", what: words.oldNotice(figures.duration(silence), figures.moment(status.last_event_at)) });
  }
  const { total, words: rejected, window } = status.rejected;
  const unknown = rejected.find(({ word, count }) => word === "unknown_stage" && count > 0);
  if (unknown) notices.push({ kind: "warn", what: words.unknownStages(unknown.count), detail: exampleView(words, unknown) });
  if (total > (unknown?.count ?? 0)) {
    const others = rejected.filter((each) => each !== unknown && each.count > 0);
    notices.push({ kind: "warn", what: words.rejectedNotice(total, figures.duration(window)), detail: html`<ul>
      ${others.map((each) => html`<li>${words.rejectedWords[each.word] ?? each.word}: ${figures.number(each.count)}. ${exampleView(words, each)}</li>`)}
    </ul>` });
  }
  return notices;
}

function exampleView(words, { example }) {
  return example ? html`<p class="example">${words.perhaps} <q>${example}</q></p>` : nothing;
}
