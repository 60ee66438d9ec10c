// daemon.mjs -- a real funneld on the Kafka inside it, and what is needed to feed it. With FUNNELD_TEST_BROKER=HOST:PORT it runs on that broker
// instead (scripts/kafka starts one), each daemon with topics of its own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FUNNELD = process.env.FUNNELD ?? new URL("../../build/funneld", import.meta.url).pathname;
const CONFIG = new URL("funneld.yaml", import.meta.url).pathname;
const PATIENCE_MS = 60000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* Asks again and again until the answer is true; the last word of patience is an error that says what was waited for. */
export async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s: ${what}`);
    await sleep(50);
  }
}

const BROKER = process.env.FUNNELD_TEST_BROKER;

/* The configuration for a broker that others use, too. */
function apart(text) {
  const name = `browser-${process.pid}-${Date.now()}`;
  return text.replace("browser-tests", name).replace("bootstrap.servers: 127.0.0.1:9092", `bootstrap.servers: ${BROKER}`).replace("[lead.events]", `[${name}]`)
    .replace("output: {", `output: {snapshots: ${name}-snapshots, alerts: ${name}-alerts, dead_letters: ${name}-dead-letters, `);
}

function createTopic(name) {
  const made = spawnSync("python3", ["-c", "import sys; from protocol import create_topic; create_topic(sys.argv[1], sys.argv[2], 1)", BROKER, name], { cwd: new URL("../kafka", import.meta.url).pathname, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`create_topic: ${made.stderr}`);
}

/* change(text) may alter the configuration. {page, produce(events), last(), stop()} */
export async function startDaemon(change = (text) => text) {
  const folder = mkdtempSync(join(tmpdir(), "funneld-browser-"));
  const config = join(folder, "funneld.yaml");
  const configured = change(readFileSync(CONFIG, "utf8"), folder);
  writeFileSync(config, BROKER ? apart(configured) : configured);
  const topic = /topics: \[(.*?)\]/.exec(readFileSync(config, "utf8"))[1];
  const alerts = BROKER ? `${topic}-alerts` : "funnel.alerts";
  if (BROKER) createTopic(topic);
  const child = spawn(FUNNELD, ["run", "--config", config, ...(BROKER ? [] : ["--embedded"])], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let printed = "";
  child.stderr.on("data", (data) => (said += data));
  child.stdout.on("data", (data) => (printed += data));
  const page = () => /the page is at (http:\S+)\//.exec(said)?.[1];
  const servers = () => BROKER ?? /^bootstrap\.servers=(\S+)$/m.exec(printed)?.[1];
  await until("funneld says where its page and its Kafka are", () => {
    if (child.exitCode !== null) throw new Error(`funneld ended: ${said}`);
    return page() && servers();
  });
  return {
    page: page(),
    produce(events) {
      const lines = events.map((event) => (typeof event === "string" ? event : JSON.stringify(event))).join("\n");
      const done = spawnSync("kcat", ["-P", "-b", servers(), "-t", topic], { input: `${lines}\n`, encoding: "utf8" });
      if (done.status !== 0) throw new Error(`kcat: ${done.stderr}`);
    },
    /* A record as the engine would publish it, straight onto its topic. */
    publishAlert(alert) {
      const done = spawnSync("kcat", ["-P", "-b", servers(), "-t", alerts, "-k", alert.fingerprint], { input: JSON.stringify(alert), encoding: "utf8" });
      if (done.status !== 0) throw new Error(`kcat: ${done.stderr}`);
    },
    /* The worked example, 60 leads of last month, and one of this month, so that the last 30 days are never empty. They end with the last whole hour: it came an
     * hour ago, but in the first hour of a month, when last month's leads are near enough. */
    example() {
      const anHourAgo = new Date(Date.now() - 3600000).toISOString();
      const at = Date.parse(anHourAgo) >= Date.parse(thisMonth()) ? anHourAgo : now();
      return [...this.generate(exactMonth()), JSON.stringify({ lead_id: "T-1", at, stage: "kp", product: "Допуск СРО", manager: "Иванов", channel: "site" })];
    },
    /* Sample events that `funneld generate` makes with these options. */
    generate(options) {
      const done = spawnSync(FUNNELD, ["generate", "--config", config, "--funnel", "sro", ...options], { encoding: "utf8", maxBuffer: 1 << 28 });
      if (done.status !== 0) throw new Error(`generate: ${done.stderr}`);
      return done.stdout.trim().split("\n");
    },
    async knows(event, token) {
      const { at } = typeof event === "string" ? JSON.parse(event) : event;
      await until(`the page knows of the event at ${at}`, async () => {
        const answer = await fetch(`${page()}/api/v1/status`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
        const { last_event_at: last } = await answer.json();
        return last && Date.parse(last) >= Math.floor(Date.parse(at) / 1000) * 1000;
      });
    },
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        const killer = setTimeout(() => child.kill("SIGKILL"), 10000);
        await once(child, "exit");
        clearTimeout(killer);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/* The moment this month began in Moscow. */
const thisMonth = () => `${new Intl.DateTimeFormat("sv", { timeZone: "Europe/Moscow", year: "numeric", month: "2-digit" }).format(new Date())}-01T00:00:00+03:00`;

/* The last whole month in Moscow: {start: "2026-10-01", days: 31, from: the moment it began} */
export function lastMonth() {
  const [year, month] = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Moscow", year: "numeric", month: "2-digit" }).format(new Date()).split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 2, 1));
  const start = first.toISOString().slice(0, 10);
  return { start, days: new Date(Date.UTC(year, month - 1, 0)).getUTCDate(), from: `${start}T00:00:00+03:00` };
}

function exactMonth() {
  const { start, days } = lastMonth();
  return ["--leads", "60", "--seed", "1", "--exact", "--start", `${start}T00:00:00`, "--days", String(days)];
}

export const now = () => new Date().toISOString();
