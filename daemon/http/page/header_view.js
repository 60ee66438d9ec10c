// header_view.js -- the page's head: which funnel, window, basis and group is shown, and how the page looks.
import { isRolling } from "./address.js";
import { choice, list } from "./controls.js";
import { groupKey, groupOf, groupTitle } from "./group.js";
import { html, nothing } from "./lit-html.js";
import { LANGUAGES } from "./text.js";

const GROUPS_LISTED = 300;

export function headerView(context) {
  const { words, store, state, go, language, theme } = context;
  const { catalogue } = store;
  return html`<header class="top">
    <a class="skip" href="#funnel">${words.skip}</a>
    <div class="top-row">
      <h1>${catalogue.funnels.length > 1
        ? list("funnel", words.funnel, catalogue.funnels.map((funnel) => ({ value: funnel.id, title: funnel.title })), state.funnel,
            (funnel) => go({ funnel, start: null, step: null }), "title")
        : context.funnel.title}</h1>
      <div class="looks">
        ${linkView(context)}
        ${choice("language", words.language, Object.keys(LANGUAGES).map((value) => ({ value, title: value.toUpperCase() })), language, context.chooseLanguage)}
        ${list("theme", words.theme.title, ["auto", "light", "dark"].map((value) => ({ value, title: `${words.theme.title}: ${words.theme[value]}` })), theme, context.chooseTheme, "theme")}
      </div>
    </div>
    <nav class="top-row chooser" aria-label=${words.window}>
      ${choice("window", words.window, context.funnel.windows.map((value) => ({ value, title: context.figures.windowName(value) })), state.window,
        (window) => go({ window, start: null, trend: null }))}
      ${choice("basis", words.basis, [
        { value: "activity", title: words.activity, hint: words.activityHint },
        { value: "cohort", title: words.cohort, hint: words.cohortHint },
      ], state.basis, (basis) => go({ basis }))}
      ${groupList(context)}
      ${periodView(context)}
    </nav>
  </header>`;
}

function linkView({ words, store }) {
  const title = { live: words.live, connecting: words.connecting, lost: words.lostLink }[store.link];
  return html`<p class="link ${store.link}" role="status"><span class="dot" aria-hidden="true"></span>${title}</p>`;
}

/* All leads, the groups of the breakdown shown below, and the one chosen. */
function groupList({ words, store, state, go }) {
  const { dimensions } = store.catalogue;
  const entered = (record) => record[state.basis].entered;
  const records = [...store.groups.values()].sort((a, b) => entered(b) - entered(a)).slice(0, GROUPS_LISTED);
  const options = records.map((record) => ({ value: groupKey(record.group), title: groupTitle(dimensions, record.group) })).sort((a, b) => a.title.localeCompare(b.title));
  if (state.group !== "all" && !options.some(({ value }) => value === state.group)) options.push({ value: state.group, title: groupTitle(dimensions, groupOf(state.group)) });
  return list("group", words.group, [{ value: "all", title: words.everyone }, ...options], state.group, (group) => go({ group }), "group");
}

/* Which stretch of time, and the ones before and after it. */
function periodView({ words, figures, store, state, go }) {
  const { snapshot, starts } = store;
  const shown = snapshot?.start ?? state.start;
  const at = shown ? starts.findIndex((start) => Date.parse(start) === Date.parse(shown)) : -1;
  const step = (title, sign, start) => html`<button type="button" class="arrow" aria-label=${title} title=${title} ?disabled=${!start}
    @click=${() => go({ start: start === starts.at(-1) ? null : start })}><span aria-hidden="true">${sign}</span></button>`;
  return html`<div class="period">
    ${isRolling(state.window) ? nothing : step(words.back, "‹", starts[at - 1])}
    <span class="period-name">${snapshot ? figures.period(snapshot) : nothing}</span>
    ${isRolling(state.window) ? nothing : step(words.forward, "›", at < 0 ? null : starts[at + 1])}
  </div>`;
}
