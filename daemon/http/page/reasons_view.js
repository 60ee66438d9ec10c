// reasons_view.js -- why leads were lost, over the whole funnel or at one step.
import { list } from "./controls.js";
import { html, svg } from "./lit-html.js";
import { empty, panel } from "./panel.js";

const SHOWN = 12;

export function reasonsView({ words, figures, view, look }) {
  const steps = view.steps.filter((step) => step.lost?.total > 0);
  if (steps.length === 0) return panel("reasons", words.reasons, empty(words.reasonsNone));
  const chosen = steps.some(({ step }) => step === look.lostAt) ? look.lostAt : "*";
  const rows = reasons(chosen === "*" ? steps : steps.filter(({ step }) => step === chosen), words);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...rows.map(({ count }) => count));
  const tools = list("lost-at", words.reasonsStep, [{ value: "*", title: words.everyStep }, ...steps.map(({ step, title }) => ({ value: step, title }))], chosen, (lostAt) => look.set({ lostAt }));
  return panel("reasons", words.reasons, html`<table class="reasons">
    <caption class="unseen">${words.reasonsCaption}</caption>
    <thead class="unseen"><tr><th scope="col">${words.reasons}</th><th scope="col">${words.picture}</th><th scope="col">${words.count}</th><th scope="col">${words.share}</th></tr></thead>
    <tbody>${rows.map(({ name, count, kind }) => html`<tr class=${kind}>
      <th scope="row">${name}</th>
      <td class="picture"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">${svg`<rect width=${(100 * count) / most} height="10"></rect>`}</svg></td>
      <td class="number">${figures.number(count)}</td><td class="number note">${figures.percent(count / total)}</td></tr>`)}</tbody>
  </table>`, { tools, note: figures.number(total) });
}

/* Summed over steps, the most frequent first; what has no name and what the record no longer names come last. */
function reasons(steps, words) {
  const counts = new Map();
  let others = 0;
  for (const { lost } of steps) {
    for (const [reason, count] of Object.entries(lost.reasons)) counts.set(reason, (counts.get(reason) ?? 0) + count);
    others += lost.other;
  }
  const nameless = counts.get("") ?? 0;
  counts.delete("");
  const named = [...counts].map(([name, count]) => ({ name, count, kind: "" })).sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  for (const { count } of named.slice(SHOWN)) others += count;
  return [
    ...named.slice(0, SHOWN),
    ...(others > 0 ? [{ name: words.otherReasons, count: others, kind: "pale" }] : []),
    ...(nameless > 0 ? [{ name: words.noReason, count: nameless, kind: "pale" }] : []),
  ];
}
