// api.js -- the server's answers (/api/v1/openapi.json tells their shapes); a token, once given, goes with every request.

const TOKEN = "funneld.token";

let held = null; // where the browser may keep nothing: as long as the page

const stored = (action) => {
  try {
    return action(sessionStorage);
  } catch {
    return null;
  }
};

export const token = {
  get: () => stored((kept) => kept.getItem(TOKEN)) ?? held,
  set(value) {
    held = value;
    stored((kept) => kept.setItem(TOKEN, value));
  },
  forget() {
    held = null;
    stored((kept) => kept.removeItem(TOKEN));
  },
};

export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function request(path, query = {}, options = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined));
  const headers = { ...options.headers };
  // A token is ASCII; what was typed in another layout cannot be sent as it is, and is to be refused like any other wrong one.
  if (token.get()) headers.Authorization = `Bearer ${token.get().replace(/[^\x20-\x7e]/g, "?")}`;
  return fetch(search.size > 0 ? `${path}?${search}` : path, { ...options, headers, cache: "no-cache" });
}

async function get(path, query, signal) {
  const answer = await request(path, query, { signal });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, problem.detail ?? problem.title ?? answer.statusText);
}

export const api = {
  funnels: (signal) => get("/api/v1/funnels", {}, signal),
  alerts: async (signal) => (await get("/api/v1/alerts", {}, signal)).alerts,
  history: async ({ funnel, window, group, limit }, signal) => (await get("/api/v1/history", { funnel, window, group, limit }, signal)).snapshots,
  groups: async ({ funnel, window, by, start }, signal) => (await get("/api/v1/groups", { funnel, window, by, start }, signal)).snapshots,
  /* null where there is no such record */
  async snapshot({ funnel, window, group, start }, signal) {
    try {
      return await get("/api/v1/snapshot", { funnel, window, group, start }, signal);
    } catch (problem) {
      if (problem.status === 404) return null;
      throw problem;
    }
  },
};
