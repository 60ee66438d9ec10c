// A daemon with a token: the page asks for it once, sends it with everything, and forgets it with the tab.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, visit } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";

const TOKEN = "correct horse battery staple";

let daemon;
let browser;

before(async () => {
  [daemon, browser] = await Promise.all([
    startDaemon((text, folder) => {
      writeFileSync(join(folder, "token"), `${TOKEN}\n`);
      return text.replace("language: ru", `language: ru, token_file: ${join(folder, "token")}`);
    }),
    openBrowser(),
  ]);
  const events = daemon.example();
  daemon.produce(events);
  await daemon.knows(events.at(-1), TOKEN);
});
after(async () => {
  await browser?.close();
  await daemon?.stop();
});

test("the wrong token is refused, the right one opens the page, live line included", async () => {
  const page = await visit(browser, daemon.page, { quiet: false });
  await page.getByLabel("Ключ доступа").fill("something else entirely");
  await page.keyboard.press("Enter");
  await page.getByText("Этот ключ не подошёл.").waitFor();
  await page.reload();
  await page.getByLabel("Ключ доступа").fill("сщккусе рщкыу"); // in another layout: nothing that a header carries
  await page.keyboard.press("Enter");
  await page.getByText("Этот ключ не подошёл.").waitFor();
  await page.getByLabel("Ключ доступа").fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForSelector("table.funnel");
  await page.waitForSelector(".link.live");
  assert.ok(!page.url().includes("token"));
  await page.reload();
  await page.waitForSelector("table.funnel");
  await page.done();
  const another = await visit(browser, daemon.page, { quiet: false });
  await another.getByLabel("Ключ доступа").waitFor();
  await another.done();
});

test("where the browser keeps no site data the page still opens, as long as it stays", async () => {
  const context = await browser.newContext({ locale: "ru-RU" });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(window, name, { get: refuse });
  });
  await page.goto(daemon.page);
  await page.getByLabel("Ключ доступа").fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.waitForSelector("table.funnel");
  await context.close();
});
