// Alerts as the page tells them: those of this funnel and of the whole application, each kind in the reader's words, a step from what it was judged by.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, texts, visit } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";

let daemon;
let browser;

const hoursAgo = (hours) => new Date(Date.now() - hours * 3600000).toISOString().replace(/\.\d+Z/, "+00:00");
let count = 0;

function alert(labels, figures, more = {}) {
  count += 1;
  const fingerprint = count.toString(16).padStart(16, "0");
  const none = { value: null, threshold: null, reached: null, passed: null, low: null, high: null, p_value: null, q_value: null, evidence: null, burst: null, oldest: null };
  return {
    type: "alert", id: `${fingerprint}-1`, fingerprint, status: "firing", labels: { severity: "warning", ...labels }, annotations: { summary: "In English", description: "In English" },
    activeAt: hoursAgo(30), startsAt: hoursAgo(24), heldUntil: hoursAgo(1), endsAt: null, as_of: hoursAgo(1), generatorURL: null, window: null, basis: null, ...none, ...figures, ...more,
  };
}

const dropped = alert({ alertname: "ConversionDropped", funnel: "sro", step: "contract", manager: "Иванов" }, { value: 0.208333, threshold: 0.4, reached: 120, passed: 25, low: 0.148, high: 0.293, burst: 0.57 },
  { window: "month", basis: "cohort", annotations: { runbook_url: "https://wiki.example/drop" } });
const stuck = alert({ alertname: "LeadsStuck", funnel: "sro", step: "kp", severity: "info", team: "sales" }, { value: 21, threshold: 10, oldest: [{ lead: "L-1", since: hoursAgo(2000) }] });
const silent = alert({ alertname: "NoEvents", funnel: "sro", severity: "critical" }, { value: 25200, threshold: 21600 }, { status: "resolved", endsAt: hoursAgo(3) });
const rejected = alert({ alertname: "EventsRejected", error: "unknown_stage" }, { value: 12, threshold: 10 }, { status: "pending", startsAt: null });
const elsewhere = alert({ alertname: "LeadsStuck", funnel: "hostile", step: "one" }, { value: 3, threshold: 1 });

before(async () => {
  [daemon, browser] = await Promise.all([startDaemon(), openBrowser()]);
  const events = daemon.example();
  daemon.produce(events);
  await daemon.knows(events.at(-1));
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const plain = (string) => string.replaceAll("\u00a0", " ").replaceAll("\u2060", "");

test("alerts show as they fire, what matters first, and end among the latest", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("table.funnel");
  assert.match(await page.locator("#alerts").innerText(), /Сейчас тревог нет/);
  for (const each of [stuck, dropped, silent, rejected, elsewhere]) daemon.publishAlert(each);
  await page.getByText("В других воронках ещё 1 тревога").waitFor();
  assert.deepEqual(await texts(page, "#alerts > ul h3"), ["Договор отправлен · Иванов", "КП отправлено", "EventsRejected"]);
  const [drop, stand, refuse] = (await texts(page, "#alerts > ul > li")).map(plain);
  assert.match(drop, /21 % \(15–29 %\), прошли 25 из 120; порог 40 %\. 57 % пришло разом/);
  assert.match(stand, /зависли: 21 лид \(порог 10\)/);
  assert.match(refuse, /незнакомый этап: отвергнуто 12 \(порог 10\)\s+назревает/);
  assert.equal(await page.locator("#alerts a.lead").getAttribute("href"), "https://crm.example/deal/L-1");
  assert.equal(await page.getByRole("link", { name: "что делать" }).getAttribute("href"), "https://wiki.example/drop");
  assert.equal((await page.locator("#alerts").innerText()).includes("In English"), false);
  await page.getByText("Недавние: 1").click();
  assert.match(plain(await page.locator("#alerts details li").innerText()), /NoEvents\s+тихо 7 ч; порог 6 ч\s+прошла срочно/);

  daemon.publishAlert({ ...dropped, status: "resolved", endsAt: hoursAgo(0), as_of: hoursAgo(0) });
  await page.getByText("Недавние: 2").waitFor();
  assert.deepEqual(await texts(page, "#alerts > ul h3"), ["КП отправлено", "EventsRejected"]);
  await page.done();
});

test("a step from the alert to the view that it was judged by", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("#alerts li");
  await page.getByText("Недавние: 2").click();
  await page.getByRole("link", { name: "Договор отправлен · Иванов" }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get("step") === "contract");
  const query = new URLSearchParams(new URL(page.url()).search);
  assert.deepEqual(["window", "basis", "group"].map((name) => query.get(name)), ["month", "cohort", `manager=${encodeURIComponent("Иванов")}`]);
  await page.done();
});
