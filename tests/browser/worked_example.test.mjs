// The worked example of 60 leads, as the page shows it: every figure that a sales head would check against the funnel of semantics.md, section 7.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, openBrowser, reached, texts, visit } from "./browser.mjs";
import { lastMonth, startDaemon } from "./daemon.mjs";

let daemon;
let browser;
const month = `window=month&start=${encodeURIComponent(lastMonth().from)}`;

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

test("the first view is the flow of the last 30 days, and the address says so", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("table.funnel");
  assert.equal(await page.locator("h1 select").inputValue(), "sro");
  assert.ok(await page.locator("input[name=window][value=rolling-30d]").isChecked());
  assert.ok(await page.locator("input[name=basis][value=activity]").isChecked());
  assert.match(page.url(), /\?funnel=sro&window=rolling-30d&basis=activity&group=all/);
  assert.match(await page.locator("thead .way").nth(1).innerText(), /ожидаемая через 10\sдней/);
  assert.equal(await page.title(), "Допуск СРО · funneld");
  await page.done();
});

test("the month's leads: 60 came, 3 won, and every step and way between", async () => {
  const page = await visit(browser, `${daemon.page}/?${month}&basis=cohort`);
  await page.waitForSelector("table.funnel");
  assert.deepEqual(await reached(page), [60, 50, 40, 30, 20, 10, 5, 3]);
  assert.deepEqual((await texts(page, "td.to-next b")).map((text) => /(\d+)\s%$/.exec(text)[1]), ["83", "80", "75", "67", "50", "50", "60"]);
  const figures = (await texts(page, ".figure")).map((text) => text.replaceAll("\u00a0", " ").split("\n").filter(Boolean));
  assert.deepEqual(figures.slice(0, 2), [["Пришло", "60"], ["Выиграно", "3", "сквозная 5 %"]]);
  const [lost, open] = [figures[2][1], figures[3][1]].map(Number);
  assert.equal(lost + open + 3, 60);
  assert.equal(await page.locator(".unsettled").innerText(), `${open} из 60 лидов ещё в работе: конверсии этого набора могут вырасти`);
  // What did not go on closes the books: 60 - 50 = lost + open at the first step, and so on.
  const [losts, opens] = await Promise.all(["td.way.lost b", "td.way.open b"].map(async (cells) => (await texts(page, cells)).map(Number)));
  assert.deepEqual(losts.map((each, index) => each + opens[index]), [10, 10, 10, 10, 10, 5, 2]);
  await page.done();
});

test("three bottlenecks with reason and cost, the others folded, and marked in the funnel", async () => {
  const page = await visit(browser, `${daemon.page}/?${month}&basis=cohort`);
  await page.waitForSelector(".places");
  assert.deepEqual(await texts(page, ".places:not(.rest) h3"), ["Перезвонили по КП → Договор отправлен", "Договор отправлен → Завершение сделки", "Завершение сделки → Оплата"]);
  const first = (await page.locator(".places li").first().innerText()).replaceAll(/[\u00a0\u2060]/g, (sign) => (sign === "\u00a0" ? " " : ""));
  assert.match(first, /50 % \(30–70 %\), прошли 10 из 20/);
  assert.match(first, /недополученные сделки ≈ 0,9 на 140 тыс\. ₽/);
  assert.match(first, /здесь 18 % всех, кто не дошёл; ниже средней по воронке/);
  assert.deepEqual(await texts(page, "table.funnel .mark"), ["1", "2", "3"]);
  assert.equal(await page.locator(".places.rest li").first().isVisible(), false);
  await page.getByText("Ещё 4 места").click();
  assert.deepEqual(await texts(page, ".places.rest h3"), ["Заявка → Ответили на заявку", "Ответили на заявку → Потребность выявлена", "Потребность выявлена → КП отправлено", "КП отправлено → Перезвонили по КП"]);
  await page.done();
});

test("who is in work, why leads were lost, and what they would say", async () => {
  const page = await visit(browser, `${daemon.page}/?${month}&basis=cohort`);
  await page.waitForSelector("table.open");
  const get = async (query) => (await fetch(`${daemon.page}/api/v1/snapshot?funnel=sro&window=month${query}`)).json();
  const record = await get(`&start=${encodeURIComponent(lastMonth().from)}`);
  const { open } = await get(""); // who is in work now, the window that is running knows
  assert.deepEqual((await texts(page, "table.open tbody td:nth-child(2)")).map(Number), open.filter(({ leads }) => leads > 0).map(({ leads }) => leads));
  const oldest = open.flatMap((row) => row.oldest).sort((a, b) => Date.parse(a.since) - Date.parse(b.since))[0];
  assert.equal(await page.locator(".oldest a").first().innerText(), oldest.lead);
  assert.equal(await page.locator(".oldest a").first().getAttribute("href"), `https://crm.example/deal/${oldest.lead}`);
  const reasons = new Map();
  for (const { lost } of record.cohort.steps) for (const [reason, count] of Object.entries(lost.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const shown = await page.locator("table.reasons tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("th").innerText, Number(row.querySelector("td.number").innerText)]));
  assert.deepEqual(new Map(shown.map(([name, count]) => [name === "причина не указана" ? "" : name, count])), reasons);
  assert.equal(await page.locator(".nps .score b").innerText(), String(Math.round(record.nps.score)));
  await page.done();
});

test("managers side by side; together they are the whole", async () => {
  const page = await visit(browser, `${daemon.page}/?${month}&basis=cohort`);
  await page.waitForSelector("table.groups tbody tr");
  const entered = (await texts(page, "table.groups tbody td:nth-child(3)")).map(Number);
  assert.equal(entered.reduce((sum, each) => sum + each), 60);
  assert.deepEqual(entered, [...entered].sort((a, b) => b - a));
  await choose(page, "По шагам");
  assert.equal(await page.locator("table.groups thead th").count(), 10);
  await page.done();
});
