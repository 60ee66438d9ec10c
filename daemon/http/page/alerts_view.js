// alerts_view.js -- the alerts of this funnel and of the whole application: firing and pending ones, then those that lately ended.
import { valueTitle } from "./group.js";
import { html, nothing } from "./lit-html.js";
import { empty, panel } from "./panel.js";

const LATELY_S = 14 * 86400;
const LATELY_MOST = 10;
const OWN_LABELS = ["alertname", "funnel", "step", "severity"];
const SERIOUSNESS = ["critical", "warning", "info"];

export function alertsView(context) {
  const { words, store, state, now } = context;
  const all = [...store.alerts.values()];
  const ours = all.filter(({ labels }) => labels.funnel === undefined || labels.funnel === state.funnel);
  const current = ours.filter(({ status }) => status !== "resolved").sort(byWeight);
  const latest = Math.max(now, ...ours.map(({ as_of: asOf }) => Date.parse(asOf)));
  const ended = ({ endsAt, as_of: asOf }) => Date.parse(endsAt ?? asOf);
  const lately = ours.filter((alert) => alert.status === "resolved" && latest - ended(alert) < LATELY_S * 1000).sort((a, b) => ended(b) - ended(a)).slice(0, LATELY_MOST);
  const elsewhere = all.filter((alert) => !ours.includes(alert) && alert.status === "firing").length;
  return panel("alerts", words.alerts, html`
    ${current.length === 0 ? empty(words.noAlerts) : html`<ul class="alerts">${current.map((alert) => alertView(context, alert))}</ul>`}
    ${lately.length === 0 ? nothing : html`<details><summary>${words.lately(lately.length)}</summary><ul class="alerts">${lately.map((alert) => alertView(context, alert))}</ul></details>`}
    ${elsewhere === 0 ? nothing : html`<p class="note">${words.elsewhere(elsewhere)}</p>`}`);
}

/* Firing before pending, critical before the rest, then the newest first. */
function byWeight(a, b) {
  const weight = ({ status, labels }) => (status === "firing" ? 0 : 10) + (SERIOUSNESS.indexOf(labels.severity) + SERIOUSNESS.length + 1) % (SERIOUSNESS.length + 1);
  return weight(a) - weight(b) || Date.parse(b.activeAt) - Date.parse(a.activeAt);
}

function alertView(context, alert) {
  const { words, figures, funnel } = context;
  const { labels, annotations, status } = alert;
  const step = funnel.stages.flatMap((stage) => stage.steps).find(({ id }) => id === labels.step);
  const dimensions = context.store.catalogue.dimensions;
  const group = Object.keys(labels).filter((name) => !OWN_LABELS.includes(name) && dimensions.some((dimension) => dimension.name === name))
    .map((name) => valueTitle(dimensions, name, labels[name]));
  const where = [step?.title, ...group].filter(Boolean).join(" · ");
  const when = status === "resolved" ? words.span(figures.moment(alert.startsAt ?? alert.activeAt), figures.moment(alert.endsAt ?? alert.as_of)) : words.since(figures.moment(alert.startsAt ?? alert.activeAt));
  const runbook = /^https?:/i.test(annotations.runbook_url ?? "") ? html` <a href=${annotations.runbook_url} rel="noreferrer">${words.runbook}</a>` : nothing;
  return html`<li class="alert ${status} ${labels.severity}">
    <h3>${annotations.summary ?? (where || labels.alertname)}</h3>
    ${where && annotations.summary ? html`<p class="where">${where}</p>` : nothing}
    <p>${whatOf(context, alert)}${annotations.description ? html` ${annotations.description}` : nothing}${runbook}</p>
    <p class="note"><span class="tag ${status}">${words.alertStatus[status] ?? status}</span> ${words.severity[labels.severity] ?? labels.severity}, ${when}${where || annotations.summary ? html` · ${labels.alertname}` : nothing}</p>
    ${status !== "resolved" && alert.oldest?.length > 0 ? oldestView(context, alert.oldest) : nothing}
  </li>`;
}

/* The kind of a rule is told by what its record carries: outcomes, oldest leads, a word of refusal, or nothing but a length of silence. */
function whatOf({ words, figures }, { labels, value, threshold, reached, passed, low, high, burst, oldest }) {
  if (value === null) return nothing;
  if (reached !== null) {
    const range = low === null ? "" : ` (${figures.range(low, high)})`;
    const outcomes = passed === null ? "" : `, ${words.passed(figures.number(passed), figures.number(reached))}`;
    const limit = threshold === null ? "" : `; ${words.threshold(figures.percent(threshold))}`;
    return html`${figures.percent(value)}${range}${outcomes}${limit}${burst >= 0.5 ? html`. ${words.burst(figures.percent(burst))}` : nothing}`;
  }
  if (labels.word !== undefined) return html`${words.rejectedWords[labels.word] ?? labels.word}: ${words.rejectedAlert(figures.number(value), figures.number(threshold))}`;
  if (oldest !== null || labels.step !== undefined) return words.stuckAlert(words.leads(value), figures.number(threshold));
  return html`${words.silentAlert(figures.duration(value))}; ${words.threshold(figures.duration(threshold))}`;
}

function oldestView({ figures, leadLink, words }, oldest) {
  return html`<ul class="inline-leads">${oldest.slice(0, 3).map(({ lead, since }) => html`<li>${leadLink(lead)} <span class="note">${words.since(figures.moment(since))}</span></li>`)}</ul>`;
}
