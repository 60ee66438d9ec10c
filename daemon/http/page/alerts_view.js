// alerts_view.js -- the alerts of this funnel and of the whole application: firing and pending ones, then those that lately ended.
import { groupKey, groupTitle } from "./group.js";
import { html, nothing } from "./lit-html.js";
import { empty, panel } from "./panel.js";

const LATELY_S = 14 * 86400;
const LATELY_MOST = 10;
const OWN_LABELS = ["alertname", "funnel", "step", "severity", "error"];
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
  const { words, figures, funnel, store } = context;
  const { labels, annotations, status } = alert;
  const step = funnel.stages.flatMap((stage) => stage.steps).find(({ id }) => id === labels.step);
  const group = groupOfLabels(store.catalogue.dimensions, labels);
  const where = [step?.title ?? labels.step, groupTitle(store.catalogue.dimensions, group)].filter(Boolean).join(" · ");
  const since = alert.startsAt ?? alert.activeAt;
  const when = status === "resolved" ? words.span(figures.moment(since), figures.moment(alert.endsAt ?? alert.as_of)) : words.since(figures.moment(since));
  const runbook = /^https?:/i.test(annotations.runbook_url ?? "") ? html` <a href=${annotations.runbook_url} rel="noreferrer">${words.runbook}</a>` : nothing;
  return html`<li class="alert ${status} ${labels.severity}">
    <h3>${where ? viewLink(context, alert, group, where) : labels.alertname}</h3>
    <p>${whatOf(context, alert)}${runbook}</p>
    <p class="note"><span class="tag ${status}">${words.alertStatus[status] ?? status}</span> ${words.severity[labels.severity] ?? labels.severity}, ${when}${where ? ` · ${labels.alertname}` : nothing}</p>
    ${status !== "resolved" && alert.oldest?.length > 0 ? oldestView(context, alert.oldest) : nothing}
  </li>`;
}

function groupOfLabels(dimensions, labels) {
  const names = Object.keys(labels).filter((name) => !OWN_LABELS.includes(name) && dimensions.some((dimension) => dimension.name === name));
  return Object.fromEntries(names.map((name) => [name, labels[name]]));
}

/* What the alert was judged by, one step away. */
function viewLink({ go, href }, { window, basis, labels }, group, title) {
  const view = { group: groupKey(group), step: labels.step ?? null, start: null, ...(window ? { window } : {}), ...(basis ? { basis } : {}) };
  return html`<a href=${href(view)} @click=${(event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); go(view); } }}>${title}</a>`;
}

/* The page's own words in the reader's language; the record's `summary` is one text for everybody. What kind of rule it was is told by what the
 * record carries: a refusal's word, outcomes, leads at a step, or else a length of silence. */
function whatOf({ words, figures }, { labels, value, threshold, reached, passed, low, high, burst }) {
  if (value === null) return words.unknownFigure;
  if (labels.error !== undefined) return html`${words.rejectedWords[labels.error] ?? labels.error}: ${words.rejectedAlert(figures.number(value), figures.number(threshold))}`;
  if (reached !== null) {
    const range = low === null ? "" : ` (${figures.range(low, high)})`;
    const outcomes = passed === null ? "" : `, ${words.passed(figures.number(passed), figures.number(reached))}`;
    const limit = threshold === null ? "" : `; ${words.threshold(figures.percent(threshold))}`;
    return html`${figures.percent(value)}${range}${outcomes}${limit}${burst >= 0.5 && Math.round(burst * reached) >= 5 ? html`. ${words.burst(figures.percent(burst))}` : nothing}`;
  }
  if (labels.step !== undefined) return words.stuckAlert(words.leads(value), figures.number(threshold));
  return html`${words.silentAlert(figures.duration(value))}; ${words.threshold(figures.duration(threshold))}`;
}

function oldestView({ figures, leadLink, words }, oldest) {
  return html`<ul class="inline-leads">${oldest.slice(0, 3).map(({ lead, since }) => html`<li>${leadLink(lead)} <span class="note">${words.since(figures.moment(since))}</span></li>`)}</ul>`;
}
