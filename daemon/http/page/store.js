// store.js -- the records behind the page: fetched when the view changes or the line comes back, then kept fresh by events.
import { settle, isRolling } from "./address.js";
import { api } from "./api.js";
import { groupKey } from "./group.js";
import { listen } from "./live.js";

const HISTORY = { hour: 48, day: 60, week: 52, month: 24, quarter: 16, year: 10 };
const TREND_EVERY_MS = 10000;

const newer = (record, than) => !than || Date.parse(record.as_of) >= Date.parse(than.as_of);
const name = ({ funnel, window, start, group, fingerprint }) => fingerprint ?? `${funnel}/${window}/${isRolling(window) ? "now" : start}/${groupKey(group)}`;

/* changed() is called after every change; refused() when the server wants a (better) token; outdated() when it came back as another version,
 * or with other funnels. */
export function makeStore({ changed, refused, outdated }) {
  const store = {
    catalogue: null,
    state: null,
    snapshot: null, // what the state names; null: there is no such record, or none yet
    standing: null, // of the same window and group, the record that knows who is in work now; a past window's own does not
    newest: null, // start of the newest window of that kind
    groups: new Map(), // of the breakdown and window shown, by key
    history: [], // of the trend's windows, ascending
    starts: [], // of the window shown, ascending
    alerts: new Map(), // by fingerprint
    status: null,
    loaded: false,
    problem: null,
    link: "connecting", // "live", "lost"
  };
  let told = 0; // how many records came by the line
  const tellings = new WeakMap(); // of each record that did, which one it was
  let hangUp = null;
  let listening = null;
  let loading = null;
  let trendTimer = null;

  const fail = (problem) => {
    if (problem.name === "AbortError") return;
    if (problem.status === 401) refused();
    else {
      store.problem = problem;
      changed();
    }
  };

  const toldSince = (record, since) => tellings.get(record) > since;

  /* What was fetched, unless a record of the same key that is not older came by the line while the answer was on its way. Times are whole seconds: of two
   * records of one second the line's is the later one, as it tells every one. */
  const later = (held, fetched, since) => (held && fetched && toldSince(held, since) && name(held) === name(fetched) && newer(held, fetched) ? held : fetched);

  /* The same for many, by key. What was told meanwhile of a key that the answer does not have stays. */
  function merge(held, fetched, since) {
    const all = new Map([...held].filter(([, record]) => toldSince(record, since)));
    for (const [key, record] of fetched) all.set(key, later(held.get(key), record, since));
    return all;
  }

  const byStart = (records) => records.map((record) => [record.start, record]);
  const inOrder = (records) => [...records].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));

  async function loadTrend(signal) {
    const since = told;
    const { funnel, trend, window, group } = store.state;
    const of = (name) => api.history({ funnel, window: name, group, limit: HISTORY[name] ?? 24 }, signal);
    const [history, own] = await Promise.all([trend ? of(trend) : [], isRolling(window) || window === trend ? null : of(window)]);
    if (signal.aborted) return;
    store.history = inOrder(merge(new Map(byStart(store.history)), byStart(history), since).values());
    store.starts = isRolling(window) ? [] : (own ?? store.history).map((record) => record.start);
    store.newest = store.starts.at(-1) ?? null;
  }

  async function fetchAlerts(signal) {
    const since = told;
    const alerts = await api.alerts(signal);
    if (!signal.aborted) store.alerts = merge(store.alerts, alerts.map((record) => [record.fingerprint, record]), since);
  }

  /* Everything that the state names, anew. */
  async function load() {
    loading?.abort();
    loading = new AbortController();
    const { signal } = loading;
    const { funnel, window, group, start, by } = store.state;
    const since = told;
    try {
      const [snapshot, newest, groups] = await Promise.all([
        api.snapshot({ funnel, window, group, start }, signal),
        start ? api.snapshot({ funnel, window, group }, signal) : null,
        by ? api.groups({ funnel, window, by, start }, signal) : [],
        fetchAlerts(signal),
        loadTrend(signal),
      ]);
      if (signal.aborted) return;
      store.snapshot = later(store.snapshot, snapshot, since);
      store.standing = [store.snapshot, newest].find((record) => record?.open) ?? null;
      // The server gives each group's newest window; a group without leads in the one shown has no place beside the others.
      const period = start ?? store.newest;
      const all = merge(store.groups, groups.map((record) => [groupKey(record.group), record]), since);
      store.groups = new Map([...all].filter(([, record]) => isRolling(window) || Date.parse(record.start) === Date.parse(period)));
      store.loaded = true;
      store.problem = null;
      changed();
    } catch (problem) {
      fail(problem);
    }
  }

  function applySnapshot(record) {
    const { funnel, window, group, start, by } = store.state;
    if (record.funnel !== funnel || record.window !== window) return;
    const key = groupKey(record.group);
    const rolling = isRolling(window);
    const opened = !rolling && key === "all" && store.newest && Date.parse(record.start) > Date.parse(store.newest);
    if (opened && !start) {
      load(); // a new day, week, month has begun: all of it is about another window now
      return;
    }
    const shown = rolling || Date.parse(record.start) === Date.parse(start ?? store.snapshot?.start ?? record.start);
    if (shown && key === group && newer(record, store.snapshot)) store.snapshot = record;
    if (key === group && record.open) store.standing = record;
    if (shown && Object.keys(record.group).sort().join(",") === by && newer(record, store.groups.get(key))) store.groups.set(key, record);
    if (key === group) refreshTrend(record);
  }

  /* Windows of the trend that came by themselves are put in; for others the server is asked, not too often. */
  function refreshTrend(record) {
    if (record.window === store.state.trend) {
      const at = store.history.findIndex((each) => each.start === record.start);
      store.history = at < 0 ? inOrder([...store.history, record]) : store.history.with(at, record);
    } else if (store.state.trend && !trendTimer) {
      trendTimer = setTimeout(async () => {
        trendTimer = null;
        try {
          await loadTrend(loading.signal);
          changed();
        } catch (problem) {
          fail(problem);
        }
      }, TREND_EVERY_MS);
    }
  }

  function apply(name, record) {
    tellings.set(record, ++told);
    if (name === "snapshot") applySnapshot(record);
    else if (name === "alert") store.alerts.set(record.fingerprint, record);
    else if (name === "status") {
      const becameReady = record.ready && store.status && !store.status.ready;
      store.status = record;
      if (becameReady) load(); // what was fetched while the server was still reading its topics was not all
    }
    changed();
  }

  /* A pending alert that came to nothing is taken back in silence; only asking tells. */
  async function loadAlerts() {
    if (store.link !== "live" || ![...store.alerts.values()].some(({ status }) => status === "pending")) return;
    try {
      await fetchAlerts(loading.signal);
      changed();
    } catch (problem) {
      fail(problem);
    }
  }

  /* A page may stay open over many starts of the daemon. */
  async function compareCatalogue() {
    try {
      if (JSON.stringify(await api.funnels()) !== JSON.stringify(store.catalogue)) outdated();
    } catch (problem) {
      fail(problem);
    }
  }

  /* The line is opened first and all is fetched once it stands, so nothing is missed in between. */
  function follow() {
    const filter = { funnel: store.state.funnel, window: store.state.window };
    const wanted = JSON.stringify(filter);
    if (listening === wanted) return false;
    hangUp?.();
    listening = wanted;
    hangUp = listen(filter, {
      connected: () => {
        if (store.link === "lost") compareCatalogue();
        store.link = "live";
        changed();
        load();
      },
      lost: () => {
        store.link = "lost";
        changed();
      },
      refused,
      event: apply,
    });
    return true;
  }

  return Object.assign(store, {
    load,
    loadAlerts,
    /* The first word with the server: what there is. */
    async open(state) {
      store.catalogue = await api.funnels();
      store.state = settle(state, store.catalogue);
      follow();
    },
    show(state) {
      const before = store.state;
      store.state = settle(state, store.catalogue);
      const same = ["funnel", "window", "start", "group", "by", "trend"].every((name) => before[name] === store.state[name]);
      if (before.funnel !== store.state.funnel || before.window !== store.state.window) {
        store.snapshot = null;
        store.standing = null;
        store.groups = new Map();
        store.history = [];
        store.starts = [];
        store.loaded = false;
      }
      if (follow()) loading?.abort(); // it is about what was shown before; all is fetched once the new line stands
      else if (!same) load();
      changed();
    },
    close() {
      hangUp?.();
      hangUp = null;
      listening = null;
      loading?.abort();
      clearTimeout(trendTimer);
      trendTimer = null;
    },
  });
}
