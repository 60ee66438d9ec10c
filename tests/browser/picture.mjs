// picture.mjs -- makes page.png, the README's picture of the page, from generated leads of the last ten months. Run by hand: node tests/browser/picture.mjs
import { openBrowser, visit } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";

const DAYS = 300;

const [daemon, browser] = await Promise.all([startDaemon((text) => text.replace(/, day\]/, "]").replace("every: 100ms", "every: 1s").replace(/ {2}- id: hostile[^]*/, "")), openBrowser()]);
try {
  const start = new Date(Date.now() - DAYS * 86400000).toISOString().slice(0, 10);
  const events = daemon.generate(["--leads", "2400", "--seed", "7", "--start", `${start}T00:00:00`, "--days", String(DAYS)]).filter((event) => Date.parse(JSON.parse(event).at) < Date.now());
  daemon.produce(events);
  await daemon.knows(events.reduce((last, event) => (Date.parse(JSON.parse(event).at) > Date.parse(JSON.parse(last).at) ? event : last)));
  const page = await visit(browser, daemon.page, { viewport: { width: 1440, height: 1130 } });
  await page.waitForSelector("#trend-conversion canvas");
  await page.screenshot({ path: new URL("page.png", import.meta.url).pathname });
  await page.done();
} finally {
  await browser.close();
  await daemon.stop();
}
