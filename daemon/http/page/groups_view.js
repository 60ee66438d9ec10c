// groups_view.js -- groups beside each other: results with a small picture of each funnel, or conversions step by step; any column sorts.
import { costOf } from "./bottlenecks_view.js";
import { choice, list } from "./controls.js";
import { groupKey, groupTitle } from "./group.js";
import { html, nothing, svg } from "./lit-html.js";
import { empty, panel } from "./panel.js";
import { nextSort, sorted } from "./sort.js";
import { scrolling, sortableHead } from "./table_view.js";

const SHOWN = 25;

export function groupsView(context) {
  const { words, figures, funnel, state, store, go, look } = context;
  if (!state.by) return panel("groups", words.groups, empty(words.groupsNone));
  const splitTitle = (by) => by.split(",").map((name) => words.dimensions[name] ?? name).join(" · ");
  const tools = html`
    ${list("by", words.groupsBy, funnel.breakdowns.map((names) => [...names].sort().join(",")).map((value) => ({ value, title: splitTitle(value) })), state.by, (by) => go({ by }))}
    ${choice("mode", words.groupsMode, [{ value: "summary", title: words.groupsSummary }, { value: "steps", title: words.groupsSteps }], look.mode, (mode) => look.set({ mode, sort: { by: "entered", down: true } }))}`;
  const rows = [...store.groups.values()].map((record) => rowOf(context, record));
  if (rows.length === 0) return panel("groups", words.groups, empty(words.groupsEmpty), { tools });
  const columns = look.mode === "steps" ? stepColumns(context, rows) : summaryColumns(context);
  const ordered = sorted(rows.sort((a, b) => a.title.localeCompare(b.title)), columns, look.sort);
  const shown = look.allGroups ? ordered : ordered.slice(0, SHOWN);
  const few = rows.some((row) => row.few) ? html`<p class="note below">${words.groupsFew(funnel.min_leads)}</p>` : nothing;
  const choose = (id) => look.set({ sort: nextSort(look.sort, id, id === "title") });
  return panel("groups", words.groups, html`
    ${scrolling(words.groups, html`<table class="groups by-${look.mode}">
      <caption class="unseen">${words.groupsCaption(splitTitle(state.by))}</caption>
      <thead>${sortableHead(columns, look.sort, choose)}</thead>
      <tbody>${shown.map((row) => html`<tr class="${row.few ? "few" : ""} ${row.key === state.group ? "chosen" : ""}">${columns.map((column) => column.cell(row))}</tr>`)}</tbody>
    </table>`)}
    ${ordered.length > shown.length ? html`<button type="button" class="more" @click=${() => look.set({ allGroups: true })}>${words.groupsMore(ordered.length - shown.length)}</button>` : nothing}
    ${few}`, { tools, note: figures.number(rows.length) });
}

function rowOf({ store, state, funnel }, record) {
  const view = record[state.basis];
  return {
    key: groupKey(record.group),
    title: groupTitle(store.catalogue.dimensions, record.group),
    record,
    view,
    few: view.entered < funnel.min_leads,
    open: state.basis === "cohort" ? view.open : (record.open?.reduce((sum, { leads }) => sum + leads, 0) ?? null),
    narrowest: view.bottlenecks[0] ?? null,
  };
}

const nameColumn = ({ words, state, go, href }) => ({
  id: "title",
  title: words.group,
  kind: "who",
  value: (row) => row.title,
  cell: (row) => html`<th scope="row" class="who"><a href=${href({ group: row.key })} aria-current=${row.key === state.group ? "true" : nothing}
    @click=${(event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); go({ group: row.key === state.group ? "all" : row.key }); } }}>${row.title}</a></th>`,
});

function summaryColumns(context) {
  const { words, figures, funnel, state } = context;
  const number = (id, title, value, shown) => ({ id, title, kind: "number", value, cell: (row) => html`<td class="number">${shown(value(row), row)}</td>` });
  const steps = (row) => row.view.steps;
  return [
    nameColumn(context),
    { id: "picture", title: words.picture, kind: "picture", cell: (row) => html`<td class="picture">${miniature(steps(row).filter((step) => !step.optional))}</td>` },
    number("entered", words.entered, (row) => row.view.entered, (value) => figures.number(value)),
    number("conversion", words.throughout, (row) => row.view.conversion, (value) => figures.percent(value)),
    number("won", words.won, (row) => row.view.won, (value) => figures.number(value)),
    number("lost", words.lost, (row) => row.view.lost, (value) => figures.number(value)),
    number("open", state.basis === "cohort" ? words.open : words.openNow, (row) => row.open, (value) => figures.number(value)),
    number("revenue", words.revenue, (row) => row.view.won_amount, (value) => (value > 0 ? figures.money(value, funnel.currency) : "—")),
    {
      id: "narrowest", title: words.narrowest, kind: "place", value: (row) => row.narrowest?.extra_wins ?? null,
      cell: (row) => html`<td class="place">${row.narrowest && !row.few ? placeView(context, row) : html`<span class="note">—</span>`}</td>`,
    },
  ];
}

function placeView(context, { narrowest, view }) {
  const { figures, words } = context;
  const title = (id) => view.steps.find(({ step }) => step === id)?.title ?? id;
  return html`${words.trendPair(title(narrowest.from), title(narrowest.to))} <b>${figures.percent(narrowest.conversion)}</b>
    ${narrowest.extra_wins >= 0.05 ? html`<span class="note">${words.missedDeals.toLowerCase()} ${costOf(context, narrowest)}</span>` : nothing}`;
}

/* Every conversion of every group; greyed where too few came to the step before. */
function stepColumns(context, rows) {
  const { words, figures, funnel } = context;
  const required = rows[0].view.steps.filter((step) => !step.optional);
  const at = (row, index) => row.view.steps.filter((step) => !step.optional)[index];
  return [
    nameColumn(context),
    { id: "entered", title: required[0].title, kind: "number", value: (row) => row.view.entered, cell: (row) => html`<td class="number">${figures.number(row.view.entered)}</td>` },
    ...required.slice(1).map((step, index) => ({
      id: step.step,
      title: step.title,
      kind: "number",
      value: (row) => at(row, index + 1)?.conversion ?? null,
      cell: (row) => {
        const [from, to] = [at(row, index), at(row, index + 1)];
        const narrow = row.view.bottlenecks.slice(0, 3).some((place) => place.to === to.step);
        return html`<td class="number ${from.reached < funnel.min_leads ? "few" : narrow ? "narrow" : ""}">${figures.percent(to.conversion)}<span class="note">${words.passedShort(figures.number(to.reached), figures.number(from.reached))}</span></td>`;
      },
    })),
    { id: "conversion", title: words.throughout, kind: "number", value: (row) => row.view.conversion, cell: (row) => html`<td class="number"><b>${figures.percent(row.view.conversion)}</b></td>` },
  ];
}

/* A funnel as small as a word: one bar a step. */
function miniature(steps) {
  const most = Math.max(1, ...steps.map(({ reached }) => reached));
  const width = 100 / steps.length;
  return html`<svg class="miniature" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    ${steps.map(({ reached }, index) => {
      const height = reached > 0 ? Math.max(1, (reached / most) * 24) : 0;
      return svg`<rect x=${index * width} y=${24 - height} width=${width * 0.78} height=${height}></rect>`;
    })}</svg>`;
}
