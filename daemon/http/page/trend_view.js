// trend_view.js -- one step over past windows: the picture's frame, its readout and the same as a table. trend_chart.js draws.
import { choice, list } from "./controls.js";
import { isRolling } from "./address.js";
import { html, nothing } from "./lit-html.js";
import { empty, panel } from "./panel.js";
import { wilson } from "./statistics.js";
import { transitions } from "./steps.js";
import { scrolling } from "./table_view.js";

const WHOLE = "*";

export function trendView(context) {
  const { words, figures, funnel, state, go, look } = context;
  const calendar = funnel.windows.filter((window) => !isRolling(window));
  if (!state.trend) return panel("trend", words.trend, empty(words.trendNone));
  const pairs = transitions(funnel);
  const step = trendStep(context);
  const name = step === WHOLE ? words.trendWhole : pairs.filter(({ to }) => to.id === step).map(({ from, to }) => words.trendPair(from.title, to.title))[0];
  const tools = html`
    ${list("step", words.trendStep, [{ value: WHOLE, title: words.trendWhole }, ...pairs.map(({ from, to }) => ({ value: to.id, title: words.trendPair(from.title, to.title) }))], step, (value) => go({ step: value }), "wide")}
    ${calendar.length > 1 ? choice("trend", words.trendWindow, calendar.map((value) => ({ value, title: words.everyWindow[value] })), state.trend, (trend) => go({ trend })) : nothing}`;
  const points = trendPoints(context);
  if (points.length < 2) return panel("trend", words.trend, empty(words.trendFew), { tools });
  const shown = points[look.trendAt ?? points.length - 1] ?? points.at(-1);
  const matured = points.some((point) => point.matured !== null);
  return panel("trend", words.trend, html`
    <p class="readout" aria-live="off"><b>${figures.period(shown.record)}</b> ${readout(context, shown)}</p>
    <div class="chart" role="img" aria-label=${words.chartOf(`${name}, ${words.everyWindow[state.trend]}`)}><div id="trend-conversion"></div><div id="trend-counts"></div></div>
    <ul class="legend">
      <li><span class="key line" aria-hidden="true"></span>${words.trendConversion}</li><li><span class="key band" aria-hidden="true"></span>${words.chance}</li>
      ${matured ? html`<li><span class="key dashed" aria-hidden="true"></span>${words.trendMatured}</li>` : nothing}
      <li><span class="key reached" aria-hidden="true"></span>${words.trendReached}</li><li><span class="key passed" aria-hidden="true"></span>${words.trendPassed}</li>
    </ul>
    <details><summary>${words.trendTable}</summary>${scrolling(words.trend, html`<table class="trend">
      <caption class="unseen">${name}</caption>
      <thead><tr><th scope="col">${words.trendPeriod}</th><th scope="col" class="number">${words.trendReached}</th><th scope="col" class="number">${words.trendPassed}</th>
        <th scope="col" class="number">${words.trendConversion}</th><th scope="col" class="number">${words.chance}</th>${matured ? html`<th scope="col" class="number">${words.trendMatured}</th>` : nothing}</tr></thead>
      <tbody>${[...points].reverse().map((point) => html`<tr><th scope="row">${figures.period(point.record)}</th><td class="number">${figures.number(point.reached)}</td><td class="number">${figures.number(point.passed)}</td>
        <td class="number">${figures.percent(point.conversion)}</td><td class="number">${point.chance ? figures.range(point.chance.low, point.chance.high) : "—"}</td>${matured ? html`<td class="number">${figures.percent(point.matured)}</td>` : nothing}</tr>`)}</tbody>
    </table>`)}</details>`, { tools });
}

function readout(context, { conversion, chance, passed, reached, matured }) {
  const { words, figures } = context;
  return html`${figures.percent(conversion)}${chance ? ` (${figures.range(chance.low, chance.high)})` : ""}, ${words.passed(figures.number(passed), figures.number(reached))}${matured === null ? "" : `; ${words.trendMatured} ${figures.percent(matured)}`}`;
}

/* The step whose way is drawn: the one chosen, or else the first bottleneck's, or the last. */
export function trendStep({ funnel, state, view }) {
  const known = transitions(funnel).map(({ to }) => to.id);
  const wanted = state.step ?? view?.bottlenecks[0]?.to;
  return wanted === WHOLE || known.includes(wanted) ? wanted : (known.at(-1) ?? WHOLE);
}

/* [{record, at, reached, passed, conversion, chance, matured}], ascending */
export function trendPoints(context) {
  const { store, state } = context;
  const step = trendStep(context);
  return store.history.map((record) => {
    const view = record[state.basis];
    const required = view.steps.filter((each) => !each.optional);
    const index = required.findIndex((each) => each.step === step);
    const [reached, passed] = step === WHOLE ? [view.entered, view.won] : [required[index - 1]?.reached ?? 0, required[index]?.reached ?? 0];
    return {
      record,
      at: Date.parse(record.start) / 1000,
      reached,
      passed,
      conversion: reached > 0 ? passed / reached : null,
      chance: wilson(passed, reached),
      matured: (step === WHOLE ? null : required[index]?.matured?.conversion) ?? null,
    };
  });
}
