// The page's records against a server that answers slowly: what came by the live line is not undone by an older answer.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.sessionStorage = { getItem: () => null };
globalThis.document = { visibilityState: "visible", addEventListener() {}, removeEventListener() {} };
Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });
const { makeStore } = await import("../../daemon/http/page/store.js");

const START = "2024-03-01T00:00:00+03:00";
const snapshot = (entered, minute, more = {}) => ({
  type: "snapshot", funnel: "f", window: "month", start: START, end: "2024-04-01T00:00:00+03:00", as_of: `2024-03-10T10:0${minute}:00+03:00`, group: {}, open: [], cohort: { entered }, activity: { entered }, ...more,
});
const catalogue = { funnels: [{ id: "f", windows: ["month"], breakdowns: [["manager"]], stages: [{ id: "s", steps: [{ id: "one" }] }] }] };

/* A server whose answers wait for release(), and whose live line says what tell() is given. */
function server(answers) {
  let line;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  globalThis.fetch = async (address) => {
    const path = address.split("?")[0];
    if (path === "/events") return { ok: true, status: 200, body: new ReadableStream({ start: (controller) => (line = controller) }) };
    if (path === "/api/v1/funnels") return { ok: true, json: async () => catalogue };
    await held;
    return { ok: true, json: async () => answers[path] };
  };
  return { release, tell: (name, record) => line.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(record)}\n\n`)) };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a record that came live while an older answer was on its way stays", async () => {
  const ivan = { manager: "Иванов" };
  const alert = (status, minute) => ({ fingerprint: "1", status, as_of: `2024-03-10T10:0${minute}:00+03:00` });
  const { release, tell } = server({
    "/api/v1/snapshot": snapshot(1, 1), "/api/v1/history": { snapshots: [snapshot(1, 1)] }, "/api/v1/groups": { snapshots: [snapshot(1, 1, { group: ivan }), snapshot(9, 1, { group: { manager: "Петров" } })] },
    "/api/v1/alerts": { alerts: [alert("firing", 1)] },
  });
  const store = makeStore({ changed() {}, refused() {}, outdated() {} });
  await store.open({});
  await soon();
  tell("snapshot", snapshot(2, 2));
  tell("snapshot", snapshot(2, 2, { group: ivan }));
  tell("snapshot", snapshot(4, 2, { group: { manager: "Сидоров" } })); // which no answer has yet
  tell("alert", alert("resolved", 2));
  tell("alert", { ...alert("firing", 2), fingerprint: "2" });
  await soon();
  assert.equal(store.snapshot.cohort.entered, 2);
  release();
  await soon();
  assert.equal(store.snapshot.cohort.entered, 2);
  assert.deepEqual([...store.groups.values()].map((record) => record.cohort.entered).sort(), [2, 4, 9]);
  assert.deepEqual([...store.alerts.values()].map(({ fingerprint, status }) => fingerprint + status).sort(), ["1resolved", "2firing"]);
  assert.deepEqual(store.history.map((record) => record.cohort.entered), [2]);

  tell("snapshot", snapshot(3, 3));
  tell("snapshot", snapshot(8, 3, { start: "2024-02-01T00:00:00+03:00" })); // a late event changed a past month: not the one shown
  await soon();
  assert.equal(store.snapshot.cohort.entered, 3);
  store.close();
});

test("what is fetched after a lost connection counts, also within the second of what was there", async () => {
  const answers = {
    "/api/v1/snapshot": snapshot(1, 1), "/api/v1/history": { snapshots: [snapshot(1, 1)] }, "/api/v1/groups": { snapshots: [] }, "/api/v1/alerts": { alerts: [] },
  };
  const { release, tell } = server(answers);
  release();
  const store = makeStore({ changed() {}, refused() {}, outdated() {} });
  await store.open({});
  await soon();
  tell("snapshot", snapshot(2, 1));
  await soon();
  assert.equal(store.snapshot.cohort.entered, 2);
  answers["/api/v1/snapshot"] = snapshot(3, 1); // published meanwhile, and told to nobody here
  await store.load();
  assert.equal(store.snapshot.cohort.entered, 3);
  store.close();
});
