// Text that wants to be markup, in every field that comes from events or the configuration: it is shown as it is, and nothing of it runs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, PHONE, texts, visit } from "./browser.mjs";
import { now, startDaemon } from "./daemon.mjs";

const SCRIPT = (where) => `<script>window.hacked = '${where}'</script>`;
const IMAGE = (where) => `<img src=x onerror="window.hacked='${where}'">`;

let daemon;
let browser;

before(async () => {
  [daemon, browser] = await Promise.all([startDaemon((text) => text.replace("https://crm.example/deal/{lead_id}", "https://crm.example/{lead_id}?from=funnel")), openBrowser()]);
  const lead = (id, more) => ({ lead_id: id, at: now(), funnel: "hostile", stage: "first", manager: SCRIPT("manager"), channel: IMAGE("channel"), product: `${SCRIPT("product")}, a=b%`, ...more });
  const events = [
    lead(SCRIPT("lead")), lead(IMAGE("lead"), { stage: "one" }), lead("javascript:window.hacked='href'", { product: "12", stage: "two" }),
    ...["a", "b", "c"].map((id) => lead(id, { stage: "lost", reason: `${SCRIPT("reason")} ${id}` })),
    lead("d", { stage: "third", amount: 10 }), lead("e", { stage: SCRIPT("unknown stage") }),
  ];
  // A lost lead comes first to the first step.
  daemon.produce([...["a", "b", "c"].map((id) => lead(id, {})), ...events]);
  await daemon.knows(events.at(-2));
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

for (const [name, options] of [["desktop", {}], ["phone", { viewport: PHONE }]]) {
  test(`nothing runs, everything is shown: ${name}`, async () => {
    const page = await visit(browser, `${daemon.page}/?funnel=hostile&basis=cohort`, options);
    await page.waitForSelector("table.reasons");
    await page.waitForSelector(".notice.warn");
    const content = () => page.evaluate(() => document.body.textContent);
    const body = await content();
    for (const text of [SCRIPT("stage"), `</table>${SCRIPT("goal")}`, IMAGE("step").replace("='step'", " = 'step'"), "' onmouseover='window.hacked = 1' x='", SCRIPT("lead"), IMAGE("lead"),
      SCRIPT("manager"), `${SCRIPT("reason")} a`, SCRIPT("unknown stage"), `Воронка ${SCRIPT("funnel")}`]) assert.ok(body.includes(text), `${text} is not shown as it is`);
    assert.equal(await page.title(), `Воронка ${SCRIPT("funnel")} · funneld`);
    const links = await page.locator("a.lead").evaluateAll((all) => all.map((link) => [link.innerText, link.getAttribute("href")]));
    assert.ok(links.length >= 3);
    for (const [id, address] of links) assert.equal(address, `https://crm.example/${encodeURIComponent(id)}?from=funnel`);
    // Both breakdowns, a group chosen, every fold open, the mouse over everything that might listen.
    await page.locator("select[name=by]").selectOption("channel,product");
    await page.waitForFunction((text) => document.querySelector("table.groups tbody th")?.innerText.includes(text), IMAGE("channel"));
    for (const text of [`Титул ${SCRIPT("title")}`, IMAGE("channel"), `${SCRIPT("product")}, a=b%`]) assert.ok((await content()).includes(text), `${text} is not shown as it is`);
    await page.locator("table.groups tbody a").first().click();
    await page.waitForFunction(() => document.querySelector("table.groups tr.chosen"));
    for (const fold of await page.locator("details").all()) await fold.evaluate((element) => (element.open = true));
    await page.locator("table.funnel th.step").last().hover();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator("#page script, #page img, #page iframe").count(), 0);
    assert.ok((await texts(page, "select[name=group] option")).some((text) => text.includes(IMAGE("channel"))));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, "long words push the page wider than the screen");
    await page.done();
  });
}
