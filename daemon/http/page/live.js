// live.js -- the line that stays open: events as they come, and the connection's own state. It comes back by itself.
import { request } from "./api.js";
import { eventReader } from "./event_stream.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const SILENCE_MS = 40000; // the server says something every 15 s; silence means a line that died without a word

/* on.connected(), on.lost(), on.refused(status), on.event(name, record). Returns a function that hangs up. */
export function listen(filter, on) {
  let ended = false;
  let wait = FIRST_WAIT_MS;
  let controller;
  let timer;
  let waiting = false; // lost, and not trying at this moment

  async function connect() {
    waiting = false;
    controller = new AbortController();
    const { signal } = controller;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), SILENCE_MS);
    };
    try {
      alive();
      const answer = await request("/events", filter, { signal, headers: { Accept: "text/event-stream" } });
      if (answer.status === 401) {
        ended = true;
        on.refused(answer.status);
        return;
      }
      if (!answer.ok) throw new Error(`/events answered ${answer.status}`);
      const read = eventReader((name, data) => on.event(name, JSON.parse(data)));
      const chunks = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      wait = FIRST_WAIT_MS;
      on.connected();
      for (;;) {
        const { done, value } = await chunks.read();
        if (done) break;
        alive();
        read(value);
      }
    } catch (error) {
      if (!ended && error.name !== "AbortError" && !(error instanceof TypeError)) console.warn(error);
    } finally {
      clearTimeout(timer);
    }
    if (ended) return;
    on.lost();
    // Half of the wait is chance, so that a hundred pages don't come back at the same moment.
    waiting = true;
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  /* Somebody looks again, or the network is back: no need to wait on. */
  const hurry = () => {
    if (ended || !waiting || document.visibilityState !== "visible") return;
    clearTimeout(timer);
    connect();
  };
  document.addEventListener("visibilitychange", hurry);
  addEventListener("online", hurry);
  connect();
  return () => {
    ended = true;
    document.removeEventListener("visibilitychange", hurry);
    removeEventListener("online", hurry);
    clearTimeout(timer);
    controller.abort();
  };
}
