// open_view.js -- who is in work now: by step, how much it is worth, how long they have stood there, and the oldest by name.
import { html, nothing, svg } from "./lit-html.js";
import { empty, panel } from "./panel.js";
import { scrolling } from "./table_view.js";

const OLDEST = 10;

export function openView(context) {
  const { words, figures, standing, funnel, state } = context;
  const rows = (standing?.open ?? []).filter(({ leads }) => leads > 0);
  if (rows.length === 0) return panel("open", words.openTitle, empty(words.openNone));
  const titles = new Map(funnel.stages.flatMap((stage) => stage.steps).map((step) => [step.id, step.title]));
  const longest = Math.max(1, ...rows.map((row) => row.age_p90 ?? 0));
  const amounts = rows.some(({ amount }) => amount !== 0);
  const total = rows.reduce((sum, { leads }) => sum + leads, 0);
  return panel("open", words.openTitle, html`<div class="open-parts">
    ${scrolling(words.openTitle, html`<table class="open">
      <caption class="unseen">${words.openCaption}</caption>
      <thead><tr><th scope="col">${words.step}</th><th scope="col" class="number">${words.count}</th>${amounts ? html`<th scope="col" class="number">${words.amount}</th>` : nothing}
        <th scope="col" class="number">${words.median}</th><th scope="col" class="number">${words.tenth}</th><th scope="col" class="picture"><span class="unseen">${words.picture}</span></th></tr></thead>
      <tbody>${rows.map((row) => html`<tr>
        <th scope="row">${titles.get(row.step) ?? row.step}</th><td class="number"><b>${figures.number(row.leads)}</b></td>
        ${amounts ? html`<td class="number">${figures.money(row.amount, funnel.currency)}</td>` : nothing}
        <td class="number">${figures.duration(row.age_p50)}</td><td class="number">${figures.duration(row.age_p90)}</td>
        <td class="picture">${ages(row, longest)}</td></tr>`)}</tbody>
    </table>`)}
    ${state.group === "all" ? oldestView(context, rows, titles) : nothing}</div>${state.group === "all" ? nothing : html`<p class="note below">${words.oldestHidden}</p>`}`, { note: words.leads(total) });
}

/* Half of them to the dot, nine of ten to the line's end. */
function ages({ age_p50: half, age_p90: most }, longest) {
  if (half === null) return nothing;
  const x = (age) => 2 + (96 * age) / longest;
  return html`<svg class="ages" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    ${svg`<line x1="2" y1="8" x2="98" y2="8" class="axis"></line><line x1="2" y1="8" x2=${x(most)} y2="8" class="range"></line><line x1=${x(half)} y1="3" x2=${x(half)} y2="13" class="half"></line>`}</svg>`;
}

function oldestView({ words, figures, standing, leadLink }, rows, titles) {
  const oldest = rows.flatMap((row) => (row.oldest ?? []).map((each) => ({ ...each, step: row.step }))).sort((a, b) => Date.parse(a.since) - Date.parse(b.since)).slice(0, OLDEST);
  if (oldest.length === 0) return nothing;
  return html`<div><h3>${words.oldest}</h3>
    <ol class="oldest">${oldest.map(({ lead, since, step }) => html`<li>${leadLink(lead)}<span class="where">${titles.get(step) ?? step}</span>
      <span class="note" title=${words.since(figures.moment(since))}>${figures.duration(Math.max(0, (Date.parse(standing.as_of) - Date.parse(since)) / 1000))}</span></li>`)}</ol></div>`;
}
