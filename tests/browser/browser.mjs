// browser.mjs -- Debian's Chromium, pages in it, and what every page has to keep: no error, nothing that the policy forbade.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });

const PATIENCE_MS = 15000;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/* A new visitor's page. `quiet: false`: the test wants errors, such as a lost connection. Close it with page.done(). */
export async function visit(browser, url, { viewport = DESKTOP, locale = "ru-RU", colorScheme = "light", quiet = true } = {}) {
  const context = await browser.newContext({ viewport, locale, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    const missing = message.location().url.includes("/api/v1/snapshot?"); // a window of which nothing is known yet: 404, as it should be
    if (message.type() === "error" && quiet && !missing) wrong.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(url).host && !request.url().startsWith("data:")) wrong.push(`another host: ${request.url()}`);
  });
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
  await page.goto(url);
  page.done = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return page;
}

export const texts = (page, selector) => page.locator(selector).allInnerTexts();

/* The funnel's figures as they stand on the page, e.g. [60, 50, 40]. */
export const reached = async (page) => (await texts(page, "table.funnel td.count b")).map((text) => Number(text.replace(/\D/g, "")));

/* Picks one of a row of buttons by its words. */
export const choose = (page, name) => page.locator(".choice label", { hasText: name }).first().click();
