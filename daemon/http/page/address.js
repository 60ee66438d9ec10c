// address.js -- what is looked at, kept in the page's address so that a view can be shared: funnel, window, start, basis, group, by, step, trend.
import { groupOf } from "./group.js";

const NAMES = ["funnel", "window", "start", "basis", "group", "by", "step", "trend"];
const LENGTHS_S = { hour: 3600, day: 86400, week: 604800, month: 2629746, quarter: 7889238, year: 31556952 };
const FIRST_WINDOW = "rolling-30d";

export const isRolling = (window) => window.startsWith("rolling-");

export function readAddress(search) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(NAMES.filter((name) => query.has(name)).map((name) => [name, query.get(name)]));
}

export function writeAddress(state) {
  const query = new URLSearchParams();
  for (const name of NAMES) if (state[name] !== null && state[name] !== undefined) query.set(name, state[name]);
  return `?${query}`;
}

/* The calendar window whose length is the nearest to a rolling one's, by ratio; null if there is none. */
function closest(rolling, calendar) {
  const [, count, unit] = /^rolling-(\d+)([a-z])$/.exec(rolling) ?? [null, 30, "d"];
  const wanted = count * { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[unit];
  const off = (window) => Math.abs(Math.log(LENGTHS_S[window] / wanted));
  return [...calendar].sort((a, b) => off(a) - off(b))[0] ?? null;
}

/* The state made whole: what the address leaves open or has wrong is what one sees first. */
export function settle(state, catalogue) {
  const funnel = catalogue.funnels.find((each) => each.id === state.funnel) ?? catalogue.funnels[0];
  const windows = funnel.windows;
  const first = windows.includes(FIRST_WINDOW) ? FIRST_WINDOW : windows[0];
  const window = windows.includes(state.window) ? state.window : first;
  const breakdowns = funnel.breakdowns.map((names) => [...names].sort().join(","));
  const group = groupOf(state.group ?? "all");
  const split = group && Object.keys(group).sort().join(",");
  const known = split === "" || breakdowns.includes(split);
  const calendar = windows.filter((each) => !isRolling(each));
  const steps = funnel.stages.flatMap((stage) => stage.steps);
  const ownTrend = isRolling(window) ? closest(window, calendar) : window;
  return {
    funnel: funnel.id,
    window,
    start: !isRolling(window) && !Number.isNaN(Date.parse(state.start)) ? state.start : null,
    basis: state.basis === "cohort" ? "cohort" : "activity",
    group: group && known ? (state.group ?? "all") : "all",
    by: breakdowns.includes(state.by) ? state.by : breakdowns.includes(split) ? split : (breakdowns[0] ?? null),
    step: steps.some((step) => step.id === state.step) || state.step === "*" ? state.step : null,
    trend: calendar.includes(state.trend) ? state.trend : ownTrend,
  };
}
