// What a visitor can choose, that the address carries it, and that a shared address shows the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { choose, openBrowser, reached, texts, visit } from "./browser.mjs";
import { lastMonth, now, startDaemon } from "./daemon.mjs";

let daemon;
let browser;

before(async () => {
  [daemon, browser] = await Promise.all([startDaemon(), openBrowser()]);
  const events = [...daemon.example(), { lead_id: "H-1", at: now(), funnel: "hostile", stage: "one" }];
  daemon.produce(events);
  await daemon.knows(events.at(-1));
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

test("windows, and the periods before and after", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("table.funnel");
  await choose(page, "Месяц");
  await page.waitForFunction(() => document.querySelector("table.funnel td.count b")?.innerText === "1");
  await page.getByRole("button", { name: "Раньше" }).click();
  await page.waitForFunction(() => document.querySelector("table.funnel td.count b")?.innerText === "60");
  assert.match(page.url(), new RegExp(`window=month&start=${lastMonth().start}`));
  assert.equal(await page.getByRole("button", { name: "Раньше" }).isDisabled(), true);
  await page.getByRole("button", { name: "Позже" }).click();
  await page.waitForFunction(() => document.querySelector("table.funnel td.count b")?.innerText === "1");
  assert.doesNotMatch(page.url(), /start=/);
  await page.done();
});

test("basis and group; the shared address shows the same; back goes back", async () => {
  const page = await visit(browser, `${daemon.page}/?window=month&start=${encodeURIComponent(lastMonth().from)}`);
  await page.waitForSelector("table.groups tbody tr");
  await choose(page, "По дате заявки");
  await page.waitForFunction(() => document.querySelector(".unsettled"));
  assert.deepEqual(await reached(page), [60, 50, 40, 30, 20, 10, 5, 3]);
  const row = page.locator("table.groups tbody tr").nth(1);
  const name = await row.locator("a").innerText();
  const entered = Number(await row.locator("td").nth(1).innerText());
  await row.locator("a").click();
  await page.waitForFunction((count) => document.querySelector("table.funnel td.count b")?.innerText === String(count), entered);
  assert.equal(await page.locator("select[name=group] option:checked").innerText(), name);
  const [address, shown] = [page.url(), await reached(page)];
  const other = await visit(browser, address, { locale: "en-US" });
  await other.waitForSelector("table.funnel");
  assert.deepEqual(await reached(other), shown);
  await other.done();
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("table.funnel td.count b")?.innerText === "60");
  assert.equal(await page.locator("select[name=group]").inputValue(), "all");
  await page.locator("select[name=group]").selectOption({ label: name });
  await page.waitForFunction((count) => document.querySelector("table.funnel td.count b")?.innerText === String(count), entered);
  await page.done();
});

test("funnels and breakdowns", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("table.groups tbody tr");
  await page.locator("select[name=by]").selectOption("channel,manager");
  await page.waitForFunction(() => document.querySelector("table.groups tbody th")?.innerText.includes(" · "));
  assert.match(page.url(), /by=channel%2Cmanager/);
  await page.locator("h1 select").selectOption("hostile");
  await page.waitForFunction(() => document.querySelectorAll("table.funnel td.count").length === 4);
  assert.match(page.url(), /funnel=hostile&window=month/);
  await page.done();
});

test("the table of groups sorts by any column, either way", async () => {
  const page = await visit(browser, `${daemon.page}/?window=month&start=${encodeURIComponent(lastMonth().from)}&basis=cohort&by=channel`);
  await page.waitForSelector("table.groups tbody tr");
  const column = async (index) => (await texts(page, `table.groups tbody tr > :nth-child(${index})`)).map((text) => (Number.isNaN(Number.parseFloat(text)) ? text : Number.parseFloat(text.replace(",", "."))));
  await page.getByRole("button", { name: "Отказ" }).click();
  const down = await column(6);
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  assert.equal(await page.locator("th[aria-sort=descending]").innerText().then((text) => text.replace(/\s*↓/, "")), "Отказ");
  await page.getByRole("button", { name: "Отказ" }).click();
  assert.deepEqual(await column(6), [...down].sort((a, b) => a - b));
  await page.getByRole("button", { name: "Группа" }).click();
  const names = await column(1);
  assert.deepEqual(names, [...names].sort());
  await page.done();
});

test("the trend of any step over past months, as a picture and as a table", async () => {
  const page = await visit(browser, `${daemon.page}/?window=month&basis=cohort`);
  await page.waitForSelector("#trend-conversion canvas");
  await page.locator("select[name=step]").selectOption("contract");
  await page.getByText("Таблицей").click();
  const row = (await page.locator("table.trend tbody tr").last().innerText()).replaceAll("\u2060", "").split(/\t|\n/).map((cell) => cell.trim()).filter(Boolean);
  assert.deepEqual(row.slice(1, 5).map((cell) => cell.replaceAll("\u00a0", " ")), ["20", "10", "50 %", "30–70 %"]);
  assert.match(page.url(), /step=contract/);
  await page.locator("select[name=step]").selectOption("*");
  assert.match((await page.locator("table.trend tbody tr").last().innerText()).replaceAll("\u00a0", " "), /60\s+3\s+5 %/);
  await page.done();
});

test("Russian and English, and a browser's choice is kept", async () => {
  const page = await visit(browser, daemon.page);
  await page.waitForSelector("table.funnel");
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  assert.deepEqual(await texts(page, "input[name=basis] + span"), ["Поток за период", "По дате заявки"]);
  await choose(page, "EN");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.deepEqual(await texts(page, "input[name=basis] + span"), ["Flow in the period", "By date of entry"]);
  const left = await page.evaluate(() => document.body.innerText);
  await page.reload();
  await page.waitForSelector("table.funnel");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  for (const word of ["Пришло", "Отказ", "Узкие", "Причины", "Сравнение", "отказ", "в работе"]) assert.ok(!left.includes(word), `${word} is left in the English page`);
  await page.done();
});

test("light, dark, and as the system has it", async () => {
  const page = await visit(browser, daemon.page, { colorScheme: "dark" });
  await page.waitForSelector("table.funnel");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, each) => sum + Number(each), 0) / 3);
  assert.ok((await ground()) < 60);
  await page.locator("select[name=theme]").selectOption("light");
  assert.ok((await ground()) > 200);
  await page.reload();
  await page.waitForSelector("table.funnel");
  assert.ok((await ground()) > 200);
  await page.locator("select[name=theme]").selectOption("auto");
  await page.emulateMedia({ colorScheme: "light" });
  assert.ok((await ground()) > 200);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.ok((await ground()) < 60);
  await page.done();
});

test("an address of nonsense shows the first view", async () => {
  const page = await visit(browser, `${daemon.page}/?funnel=none&window=never&group=%25&start=x&basis=y&by=z&step=q&trend=w`);
  await page.waitForSelector("table.funnel");
  assert.match(page.url(), /\?funnel=sro&window=rolling-30d&basis=activity&group=all&by=manager&trend=month$/);
  await page.done();
});
