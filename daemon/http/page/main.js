// main.js -- starts the page and ties it together: address and records make a context, the context makes the page.
import { readAddress, settle, writeAddress } from "./address.js";
import { token } from "./api.js";
import { figures } from "./figures.js";
import { html, render } from "./lit-html.js";
import { keepLanguage, keptLanguage, keptTheme, setTheme } from "./looks.js";
import { pageView } from "./page.js";
import { signInView } from "./sign_in_view.js";
import { makeStore } from "./store.js";
import { LANGUAGES, text } from "./text.js";
import { drawTrend } from "./trend_chart.js";
import { trendPoints } from "./trend_view.js";

const ROUND_MS = 30000; // how often what depends on the clock is shown anew
const RETRY_MS = 3000;

const frame = document.getElementById("page");
const systemTheme = matchMedia("(prefers-color-scheme: dark)");
const store = makeStore({ changed: redraw, refused: signIn, outdated: () => location.reload() });
const inLanguages = (language) => (Object.hasOwn(LANGUAGES, language ?? "") ? language : null);

/* What is folded out or sorted how; lost with the tab, unlike the address. */
const look = {
  mode: "summary",
  sort: { by: "entered", down: true },
  allGroups: false,
  lostAt: "*",
  trendAt: null,
  set(changes) {
    Object.assign(look, changes);
    redraw();
  },
};

const language = () => inLanguages(keptLanguage()) ?? inLanguages(store.catalogue?.language) ?? inLanguages(navigator.language.slice(0, 2)) ?? "en";
const href = (changes) => writeAddress(settle({ ...store.state, ...changes }, store.catalogue));

/* Another view of the same page: a step in the browser's history. */
function go(changes) {
  const address = href(changes);
  if (address !== location.search) history.pushState(null, "", address);
  if ("funnel" in changes || "by" in changes) look.allGroups = false;
  look.trendAt = null;
  store.show({ ...store.state, ...changes });
}

function contextOf() {
  const { catalogue, state, snapshot, standing } = store;
  const words = text(language(), catalogue.lead);
  const funnel = catalogue.funnels.find((each) => each.id === state.funnel);
  return {
    store, state, funnel, snapshot, standing, words, look, go, href,
    view: snapshot?.[state.basis] ?? null,
    figures: figures(language(), catalogue.timezone, words),
    now: Date.now(),
    language: language(),
    theme: keptTheme(),
    chooseLanguage(value) {
      keepLanguage(value);
      redraw();
    },
    chooseTheme(value) {
      setTheme(value);
      redraw();
    },
    leadLink: (lead) => (/^https?:\/\//i.test(catalogue.lead_url ?? "") ? html`<a class="lead" href=${catalogue.lead_url.replaceAll("{lead_id}", encodeURIComponent(lead))} target="_blank" rel="noreferrer">${lead}</a>` : html`<span class="lead">${lead}</span>`),
  };
}

let due = false;
function redraw() {
  if (due || !store.state) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    const context = contextOf();
    document.documentElement.lang = context.language;
    document.title = `${context.funnel.title} · funneld`;
    render(pageView(context), frame);
    const theme = `${keptTheme()} ${systemTheme.matches}`;
    drawTrend(context.view && store.state.trend ? trendPoints(context) : [], store.state.trend, context.figures, theme, (trendAt) => {
      if (trendAt !== look.trendAt) look.set({ trendAt });
    });
  });
}

let asking = false;
function signIn() {
  if (asking) return; // several answers may say so at once
  asking = true;
  const wrong = token.get() !== null;
  token.forget();
  store.close();
  render(signInView({
    words: text(language(), "lead"),
    wrong,
    enter(value) {
      token.set(value);
      asking = false;
      start();
    },
  }), frame);
  frame.querySelector("input")?.focus();
}

async function start() {
  try {
    await store.open(readAddress(location.search));
    history.replaceState(null, "", writeAddress(store.state));
    redraw();
  } catch (problem) {
    if (problem.status === 401) {
      signIn();
      return;
    }
    const words = text(language(), "lead");
    render(html`<main class="sign-in"><p role="alert">${words.lostWithout}</p><p class="note">${problem.message}</p></main>`, frame);
    setTimeout(start, RETRY_MS);
  }
}

setTheme(keptTheme());
addEventListener("popstate", () => store.state && store.show(readAddress(location.search)));
addEventListener("resize", redraw);
systemTheme.addEventListener("change", redraw);
setInterval(() => {
  redraw();
  if (!store.state) return;
  if (store.problem) store.load();
  else store.loadAlerts();
}, ROUND_MS);
start();
