// The page's modules that need no browser: words and figures, groups' keys, the address, the stream of events, intervals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, settle, writeAddress } from "../../daemon/http/page/address.js";
import { eventReader } from "../../daemon/http/page/event_stream.js";
import { figures } from "../../daemon/http/page/figures.js";
import { groupKey, groupOf, groupTitle } from "../../daemon/http/page/group.js";
import { wilson } from "../../daemon/http/page/statistics.js";
import { nextSort, sorted } from "../../daemon/http/page/sort.js";
import { LANGUAGES, text } from "../../daemon/http/page/text.js";

const plain = (string) => string.replaceAll(/[\u00a0\u202f]/g, " ").replaceAll("\u2060", "");

test("both languages say the same things", () => {
  const shape = (value) => (typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)])) : typeof value);
  assert.deepEqual(shape(text("en", "lead")), shape(text("ru", "lead")));
});

test("leads, deals and requests are counted as Russian counts them", () => {
  const counted = (kind) => [1, 2, 5, 11, 21, 104].map((count) => plain(text("ru", kind).leads(count)));
  assert.deepEqual(counted("lead"), ["1 лид", "2 лида", "5 лидов", "11 лидов", "21 лид", "104 лида"]);
  assert.deepEqual(counted("deal"), ["1 сделка", "2 сделки", "5 сделок", "11 сделок", "21 сделка", "104 сделки"]);
  assert.deepEqual(counted("request"), ["1 заявка", "2 заявки", "5 заявок", "11 заявок", "21 заявка", "104 заявки"]);
  assert.equal(plain(text("ru", "lead").ofLeads(21)), "21 лида");
  assert.deepEqual([1, 2].map((count) => plain(text("en", "request").leads(count))), ["1 request", "2 requests"]);
});

test("figures as people read them, a dash for what is not known", () => {
  const of = (language) => figures(language, "Europe/Moscow", text(language, "lead"));
  const [ru, en] = [of("ru"), of("en")];
  const both = (make) => [plain(make(ru)), plain(make(en))];
  assert.deepEqual(both((each) => each.number(1234567)), ["1 234 567", "1,234,567"]);
  assert.deepEqual([null, 0, 0.05, 0.0995, 0.5, 1, 3].map((share) => plain(ru.percent(share))), ["—", "0 %", "5 %", "10 %", "50 %", "100 %", "300 %"]);
  assert.deepEqual(both((each) => each.money(136652.71, "RUB", 2)), ["140 тыс. ₽", "₽140K"]);
  assert.deepEqual(both((each) => each.money(5250000, null)), ["5,25 млн", "5.25M"]);
  assert.equal(plain(ru.money(1500, "points")), "1,5 тыс. points");
  assert.deepEqual([0.911, 0.06, 1, 3.04, 12.4, 137].map((value) => plain(ru.roughly(value))), ["0,9", "0,1", "1", "3", "12", "140"]);
  assert.deepEqual([null, 0, 59, 60, 3599, 3600, 5400, 36000, 86400, 97200, 86399, 863999, 864000, 8640000].map((seconds) => plain(ru.duration(seconds))),
    ["—", "0 с", "59 с", "1 мин", "1 ч", "1 ч", "1 ч 30 мин", "10 ч", "1 д", "1 д 3 ч", "1 д", "10 д", "10 д", "3 мес"]);
});

test("periods and windows by name, in the daemon's zone", () => {
  const { period, windowName, moment } = figures("ru", "Europe/Moscow", text("ru", "lead"));
  const of = (window, start, end) => plain(period({ window, start, end }));
  assert.equal(of("month", "2024-03-01T00:00:00+03:00", "2024-04-01T00:00:00+03:00"), "март 2024");
  assert.equal(of("week", "2024-03-04T00:00:00+03:00", "2024-03-11T00:00:00+03:00"), "4 мар. – 10 марта 2024");
  assert.equal(of("quarter", "2024-04-01T00:00:00+03:00", "2024-07-01T00:00:00+03:00"), "2-й квартал 2024");
  assert.equal(of("day", "2024-03-04T00:00:00+03:00", "2024-03-05T00:00:00+03:00"), "4 марта 2024");
  assert.equal(of("year", "2024-01-01T00:00:00+03:00", "2025-01-01T00:00:00+03:00"), "2024 год");
  assert.equal(of("rolling-30d", "2024-03-04T00:00:00+03:00", "2024-04-03T00:00:00+03:00"), "последние 30 дней");
  assert.equal(of("rolling-1d", "2024-03-04T00:00:00+03:00", "2024-03-05T00:00:00+03:00"), "последний день");
  assert.equal(of("rolling-1w", "2024-03-04T00:00:00+03:00", "2024-03-11T00:00:00+03:00"), "последняя неделя");
  assert.deepEqual(["month", "rolling-7d", "rolling-1d", "rolling-12h", "rolling-2w"].map((window) => plain(windowName(window))), ["Месяц", "7 дней", "1 день", "12 часов", "2 недели"]);
  assert.equal(plain(moment("2024-03-31T23:30:00Z")), "1 апр. 2024, 02:30");
});

test("a group's key is that of the records, and comes back", () => {
  const group = { manager: "O'Нил (1*)!", channel: "a=b,c" };
  assert.equal(groupKey(group), "channel=a%3Db%2Cc,manager=O%27%D0%9D%D0%B8%D0%BB%20%281%2A%29%21");
  assert.deepEqual(groupOf(groupKey(group)), group);
  assert.equal(groupKey({}), "all");
  assert.deepEqual(groupOf("all"), {});
  for (const bad of ["", "manager", "a=b=c", "%=1", "=x", "a=%"]) assert.equal(groupOf(bad), null, bad);
  assert.equal(groupTitle([{ name: "manager", titles: { 12: "Иванов" } }], { manager: "12" }), "Иванов");
  assert.equal(groupTitle([{ name: "manager", titles: {} }], { manager: "toString" }), "toString");
});

const step = (id, more = {}) => ({ id, title: id, optional: false, won: false, target: null, horizon: 1, ...more });
const catalogue = {
  funnels: [
    { id: "a", windows: ["day", "month", "rolling-30d"], breakdowns: [["product", "manager"], ["manager"]], stages: [{ id: "s", steps: [step("one"), step("two", { won: true })] }] },
    { id: "b", windows: ["rolling-7d"], breakdowns: [], stages: [{ id: "s", steps: [step("one")] }] },
  ],
};

test("an address that leaves things open, or has them wrong, shows the first view", () => {
  const first = { funnel: "a", window: "rolling-30d", start: null, basis: "activity", group: "all", by: "manager,product", step: null, trend: "month" };
  assert.deepEqual(settle({}, catalogue), first);
  assert.deepEqual(settle(readAddress("?funnel=x&window=y&basis=z&group=q%3D1&by=w&step=none&trend=rolling-30d&start=2024-01-01"), catalogue), first);
  assert.deepEqual(settle({ funnel: "b" }, catalogue), { funnel: "b", window: "rolling-7d", start: null, basis: "activity", group: "all", by: null, step: null, trend: null });
});

test("a whole address comes back as it was", () => {
  const state = { funnel: "a", window: "day", start: "2024-03-01T00:00:00+03:00", basis: "cohort", group: "manager=%D0%98", by: "manager", step: "two", trend: "month" };
  assert.deepEqual(settle(readAddress(writeAddress(state)), catalogue), state);
});

test("events are read however the bytes are cut", () => {
  const stream = 'retry: 2000\n\n: keep-alive\n\nevent: snapshot\ndata: {"a":1}\n\ndata: one\r\ndata:two\r\n\r\nevent: nothing\n\nevent: late\ndata: never ended';
  for (let size = 1; size <= stream.length; size++) {
    const met = [];
    const read = eventReader((name, data) => met.push([name, data]));
    for (let at = 0; at < stream.length; at += size) read(stream.slice(at, at + size));
    assert.deepEqual(met, [["snapshot", '{"a":1}'], ["message", "one\ntwo"]], `in pieces of ${size}`);
  }
});

test("the interval is the one that the daemon prints for the worked example", () => {
  const { low, high } = wilson(10, 20);
  assert.deepEqual([low.toFixed(6), high.toFixed(6)], ["0.299298", "0.700702"]);
  assert.equal(wilson(3, 2), null);
  assert.equal(wilson(0, 0), null);
  assert.equal(wilson(0, 5).low, 0);
  assert.equal(wilson(5, 5).high, 1);
});

test("sorting: either way, what is not known last, ties as they were", () => {
  const columns = [{ id: "n", value: ({ n }) => n }, { id: "t", value: ({ t }) => t }];
  const rows = [{ n: 2, t: "б" }, { n: null, t: "а" }, { n: 10, t: "в" }, { n: 2, t: "а" }];
  const order = (by, down) => sorted(rows, columns, { by, down }).map((row) => rows.indexOf(row));
  assert.deepEqual(order("n", true), [2, 0, 3, 1]);
  assert.deepEqual(order("n", false), [0, 3, 2, 1]);
  assert.deepEqual(order("t", false), [1, 3, 0, 2]);
  assert.deepEqual(nextSort({ by: "n", down: true }, "n", false), { by: "n", down: false });
  assert.deepEqual(nextSort({ by: "n", down: true }, "t", true), { by: "t", down: false });
});

test("every language is one that the switch can name", () => assert.deepEqual(Object.keys(LANGUAGES), ["ru", "en"]));
