// For everybody: by keyboard, by screen reader, on a phone. axe-core judges; what it cannot see is tried here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { choose, DESKTOP, openBrowser, PHONE, visit } from "./browser.mjs";
import { lastMonth, startDaemon } from "./daemon.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const GRAVE = ["serious", "critical"];

let daemon;
let browser;

before(async () => {
  [daemon, browser] = await Promise.all([startDaemon(), openBrowser()]);
  const events = daemon.example();
  daemon.produce([...events, { lead_id: "X", at: JSON.parse(events.at(-1)).at, stage: "no_such_stage" }]);
  await daemon.knows(events.at(-1));
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const address = () => `${daemon.page}/?window=month&start=${encodeURIComponent(lastMonth().from)}&basis=cohort`;

for (const [name, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["a phone", { viewport: PHONE }]]) {
  test(`axe finds nothing serious: ${name}`, async () => {
    const page = await visit(browser, address(), options);
    await page.waitForSelector(".notice.warn");
    await page.waitForSelector("table.groups tbody tr");
    for (const step of [async () => {}, async () => {
      await choose(page, "По шагам");
      for (const fold of await page.locator("details").all()) await fold.evaluate((element) => (element.open = true));
    }, async () => {
      await choose(page, "30 дней");
      await choose(page, "Поток за период");
      await page.waitForSelector("td.matured");
    }]) {
      await step();
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      assert.deepEqual(violations.filter(({ impact }) => GRAVE.includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`), []);
    }
    await page.done();
  });
}

test("no width needs a scroll bar at the bottom, nor leaves the funnel's picture no room, in either language", async () => {
  for (const locale of ["ru", "en"]) {
    const page = await visit(browser, daemon.page, { viewport: PHONE });
    await page.waitForSelector("td.matured"); // the view with the most columns
    await choose(page, locale.toUpperCase());
    for (const funnel of ["sro", "hostile"]) {
      await page.locator("h1 select").selectOption(funnel);
      await page.waitForFunction((wanted) => new URLSearchParams(location.search).get("funnel") === wanted, funnel);
      for (const width of [320, 390, 600, 768, 900, 1024, 1300, 1301, DESKTOP.width, 2560]) {
        await page.setViewportSize({ width, height: 800 });
        const [wide, culprit] = await page.evaluate(() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
          [...document.querySelectorAll("#page *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".scroll, thead, .unseen")).map((each) => each.outerHTML.slice(0, 90))[0]]);
        const picture = await page.locator("td.shape svg").evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect().width));
        assert.ok(picture.every((room) => room > 80), `${locale}, ${funnel}, ${width} px wide: the picture has ${picture}`);
        assert.ok(wide <= 0, `${locale}, ${funnel}, ${width} px wide: ${wide} too many; ${culprit}`);
      }
    }
    await page.done();
  }
});

test("every control can be reached by Tab, is seen when it has the focus, and works", async () => {
  const page = await visit(browser, address());
  await page.waitForSelector("table.groups tbody tr");
  const met = new Set();
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const shown = element.matches(".choice input") ? element.nextElementSibling : element;
      const box = shown.getBoundingClientRect();
      const style = getComputedStyle(shown);
      return { name: element.name || element.className || element.tagName.toLowerCase(), seen: box.width > 0 && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight + 1, ring: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1 };
    });
    if (!focus) break;
    assert.ok(focus.seen, `${focus.name} has the focus and is not in sight`);
    assert.ok(focus.ring, `${focus.name} has the focus and no ring`);
    met.add(focus.name);
  }
  for (const name of ["skip", "funnel", "language", "theme", "window", "basis", "group", "step", "by", "mode", "sort", "scroll", "lead", "lost-at", "summary"]) assert.ok(met.has(name), `Tab never came to ${name}: ${[...met]}`);

  await page.locator("input[name=basis][value=cohort]").focus();
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => new URLSearchParams(location.search).get("basis") === "activity");
  await page.getByRole("button", { name: "Отказ" }).focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("th[aria-sort=descending]").count(), 1);
  await page.locator("table.groups tbody a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("table.groups tr.chosen"));
  await page.done();
});

test("a screen reader gets tables with captions, rows with names, and one heading a part", async () => {
  for (const viewport of [DESKTOP, PHONE]) {
    const page = await visit(browser, address(), { viewport });
    await page.waitForSelector("table.groups tbody tr");
    for (const caption of await page.locator("table").evaluateAll((tables) => tables.map((table) => table.caption?.textContent))) assert.ok(caption, "a table has no caption");
    const funnel = page.getByRole("table", { name: /Воронка по этапам/ });
    assert.equal(await funnel.getByRole("row").count(), 10);
    assert.match(await funnel.getByRole("row").nth(7).innerText(), /Договор отправлен/);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    for (const part of ["Воронка", "Узкие места", "Тревоги", "Ход по периодам", "Сравнение", "В работе сейчас", "Причины отказа", "NPS"]) assert.equal(await page.getByRole("region", { name: part, exact: true }).first().isVisible(), true, part);
    await page.done();
  }
});
