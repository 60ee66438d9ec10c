// funnel_view.js -- the funnel as people draw it: a table whose rows are steps, grouped by stage, with the shape drawn through it.
// What belongs to the way from a step to the next (conversion, who did not go on, time) stands between the two rows.
import { isRolling } from "./address.js";
import { html, nothing, svg } from "./lit-html.js";
import { empty, panel } from "./panel.js";
import { transition, walk } from "./steps.js";

const ROW = 48; // page.css gives a row of the table the same height
const BAR = 26;
const WIDEST = 100;

export function funnelView(context) {
  const { words, figures, funnel, snapshot, view, state } = context;
  const running = Date.parse(snapshot.end) > Date.parse(snapshot.as_of) ? words.stillRunning : words.settlesLate;
  const note = [words.asOf(figures.moment(snapshot.as_of)), ...(isRolling(state.window) || snapshot.final ? [] : [running])].join(" · ");
  const unsettled = state.basis === "cohort" && view.open > 0 ? html`<p class="unsettled">${words.unsettled(figures.number(view.open), words.ofLeads(view.entered))}</p>` : nothing;
  const returned = view.returned > 0 ? html`<p class="note below">${words.returned(view.returned)}</p>` : nothing;
  const content = view.steps.every((step) => step.reached === 0) ? empty(words.emptyFunnel) : html`${unsettled}${table(context, columnsOf(context, funnel))}${returned}`;
  return panel("funnel", words.funnel, content, { note });
}

/* Which columns this view has: the expected conversion only in activity, won ones only where some leads win past a step. */
function columnsOf({ words, figures, view, state }, funnel) {
  const horizons = funnel.stages.flatMap((stage) => stage.steps).slice(1).filter((step) => !step.optional).map((step) => step.horizon);
  const common = mostFrequent(horizons);
  const inDays = (seconds) => (seconds % 86400 === 0 ? words.days(seconds / 86400) : figures.duration(seconds));
  const matured = state.basis === "activity" && view.steps.some((step) => step.matured);
  return {
    matured: matured ? { title: words.maturedBy(inDays(common)), other: (horizon) => (horizon === common ? null : figures.duration(horizon)) } : null,
    won: Number(view.steps.some((step) => step.left?.won > 0)),
  };
}

function mostFrequent(values) {
  const times = (value) => values.filter((each) => each === value).length;
  return values.reduce((best, value) => (times(value) > times(best) ? value : best), values[0]);
}

function table(context, columns) {
  const { words, view } = context;
  const head = (name, kind) => html`<th scope="col" role="columnheader" rowspan=${/lost|open|won/.test(kind) ? 1 : 2} class=${kind}>${name}</th>`;
  const rows = walk(view);
  const won = context.funnel.stages.flatMap((stage) => stage.steps).find((step) => step.won)?.id;
  const bands = shape(rows, view.bottlenecks.slice(0, 3), won);
  const stages = view.stages.map((stage) => ({ stage, rows: rows.map((row, index) => ({ ...row, index })).filter(({ step }) => step.stage === stage.stage) }));
  return html`<table class=${columns.won ? "funnel with-won" : "funnel"} role="table">
    <caption class="unseen">${words.funnelCaption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${head(words.stage, "stage")}${head(words.step, "step")}${head(html`${words.reached}<span>${words.throughout}</span>`, "count")}${head(html`<span class="unseen">${words.shape}</span>`, "shape")}
      ${head(toNextName(context), "way")}${columns.matured ? head(columns.matured.title, "way") : nothing}
      <th scope="colgroup" role="columnheader" colspan=${2 + columns.won} class="way left">${words.left}</th>${head(html`${words.time}<span>${words.timeMost}</span>`, "way time")}
    </tr><tr role="row">
      ${head(words.leftLost, "way lost")}${head(words.leftOpen, "way open")}${columns.won ? head(words.leftWon, "way won") : nothing}
    </tr></thead>
    ${stages.map(({ stage, rows: own }) => html`<tbody role="rowgroup">
      ${own.map((row, index) => rowView(context, columns, stage, index === 0 ? own.length : 0, row, bands[row.index]))}
    </tbody>`)}
  </table>`;
}

/* Where every stage is one step, the way goes to the next stage. */
function toNextName({ words, view }) {
  return view.stages.length === view.steps.length ? words.toNextStage : words.toNext;
}

function rowView(context, columns, stage, span, { step, next }, band) {
  const { words, figures } = context;
  const alone = span === 1 && stage.title === step.title;
  return html`<tr role="row" class=${step.optional ? "optional" : ""}>
    ${span > 0 ? stageCell(context, stage, span, alone) : nothing}
    ${alone ? nothing : html`<th scope="row" role="rowheader" class="step"><span class="name" title=${step.title}>${step.title}</span>${stepNotes(context, step)}</th>`}
    <td role="cell" class="count"><b>${figures.number(step.reached)}</b><span>${step.from_start === null ? nothing : figures.percent(step.from_start)}</span></td>
    <td role="cell" class="shape">${band}</td>
    ${next ? wayCells(context, columns, step, next) : html`<td role="cell" class="way none" colspan=${4 + columns.won + (columns.matured ? 1 : 0)}></td>`}
  </tr>`;
}

function stageCell({ figures, words, view }, stage, span, alone) {
  const next = view.stages[view.stages.indexOf(stage) + 1];
  const onward = span > 1 && next && next.conversion !== null ? html`<span class="stage-note">${words.toNextStage} ${figures.percent(next.conversion)}</span>` : nothing;
  return html`<th scope=${span > 1 ? "rowgroup" : "row"} role="rowheader" rowspan=${span} colspan=${alone ? 2 : 1} class="stage ${alone ? "alone" : span > 1 ? "several" : ""}"><span class="name" title=${stage.title}>${stage.title}</span>${onward}</th>`;
}

function stepNotes({ words, figures }, step) {
  const notes = [];
  if (step.optional) notes.push(step.conversion === null ? words.optional : words.optionalShare(figures.percent(step.conversion)));
  if (step.skipped > 0) notes.push(words.skipped(figures.number(step.skipped)));
  return notes.length > 0 ? html`<span class="step-note">${notes.join(" · ")}</span>` : nothing;
}

function wayCells({ words, figures, view, funnel }, columns, step, next) {
  const way = transition(step, next);
  const rank = view.bottlenecks.slice(0, 3).find((place) => place.to === next.step)?.rank;
  const few = step.reached < funnel.min_leads ? "few" : "";
  const cell = (kind, name, main, note = nothing) => html`<td role="cell" class="way ${kind}"><div data-name=${name}><b>${main}</b>${note === nothing ? nothing : html`<span>${note}</span>`}</div></td>`;
  const mark = rank ? html`<span class="mark" aria-hidden="true">${rank}</span><span class="unseen">${words.narrow(rank)}: </span>` : nothing;
  return html`
    ${cell(`to-next ${rank ? "narrow" : ""} ${few}`, words.onward, html`${mark}${figures.percent(way.conversion)}`, way.chance ? figures.range(way.chance.low, way.chance.high) : nothing)}
    ${columns.matured ? maturedCell(cell, { words, figures, columns, few }, way.matured) : nothing}
    ${cell("lost", words.leftLost, figures.number(way.left.lost))}
    ${cell("open", words.leftOpen, figures.number(way.left.open))}
    ${columns.won ? cell("won", words.leftWon, figures.number(way.left.won)) : nothing}
    ${cell("time", words.time, figures.duration(way.p50), way.p90 === null ? nothing : words.timeNote(figures.duration(way.p90)))}`;
}

/* What part will have gone on by the horizon; where no lead had that time yet it is too early to say. */
function maturedCell(cell, { words, figures, columns, few }, matured) {
  if (!matured || matured.leads === 0) return cell("matured", words.matured, "—");
  if (matured.conversion === null) return cell("matured early", words.matured, words.tooEarly, columns.matured.other(matured.horizon) ?? nothing);
  const notes = [matured.low === null ? null : figures.range(matured.low, matured.high), columns.matured.other(matured.horizon)].filter(Boolean);
  return cell(`matured ${few}`, words.matured, figures.percent(matured.conversion), notes.length > 0 ? notes.join(", ") : nothing);
}

/* The shape, one picture a row: the step's bar, and the slope from bar to bar that runs on through the rows of optional steps between. */
function shape(rows, narrow, won) {
  const most = Math.max(1, ...rows.map(({ step }) => step.reached));
  const width = (step) => (step.reached / most) * WIDEST;
  const required = rows.map((row, index) => ({ ...row, index })).filter(({ step }) => !step.optional);
  const slope = (y) => {
    const after = required.findIndex(({ index }) => index * ROW + ROW / 2 > y);
    if (after <= 0) return null;
    const [a, b] = [required[after - 1], required[after]];
    const [from, to] = [a.index * ROW + (ROW + BAR) / 2, b.index * ROW + (ROW - BAR) / 2];
    const part = Math.min(1, Math.max(0, (y - from) / (to - from)));
    return { width: width(a.step) + (width(b.step) - width(a.step)) * part, narrow: narrow.some((place) => place.to === b.step.step) };
  };
  const band = (index, top, bottom) => {
    const [upper, lower] = [slope(index * ROW + top + 0.01), slope(index * ROW + bottom - 0.01)];
    if (!upper || !lower) return nothing;
    const x = (each, sign) => 50 + (sign * each.width) / 2;
    return svg`<polygon class=${lower.narrow ? "slope narrow" : "slope"} points="${x(upper, -1)},${top} ${x(upper, 1)},${top} ${x(lower, 1)},${bottom} ${x(lower, -1)},${bottom}"></polygon>`;
  };
  const [top, bottom] = [(ROW - BAR) / 2, (ROW + BAR) / 2];
  return rows.map(({ step }, index) => {
    const kind = step.optional ? "bar optional" : step.step === won ? "bar won" : "bar";
    const height = step.optional ? BAR * 0.4 : BAR;
    return html`<svg viewBox="0 0 ${WIDEST} ${ROW}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      ${step.optional ? band(index, 0, ROW) : svg`${band(index, 0, top)}${band(index, bottom, ROW)}`}
      <rect class=${kind} x=${50 - width(step) / 2} y=${(ROW - height) / 2} width=${width(step)} height=${height}></rect>
    </svg>`;
  });
}
