// page.js -- the whole page from its parts. Everything below is a function of the context: the same context, the same page.
import { alertsView } from "./alerts_view.js";
import { bottlenecksView } from "./bottlenecks_view.js";
import { funnelView } from "./funnel_view.js";
import { groupsView } from "./groups_view.js";
import { headerView } from "./header_view.js";
import { html, nothing } from "./lit-html.js";
import { noticesView } from "./notices_view.js";
import { npsView } from "./nps_view.js";
import { openView } from "./open_view.js";
import { empty, panel } from "./panel.js";
import { reasonsView } from "./reasons_view.js";
import { summaryView } from "./summary_view.js";
import { trendView } from "./trend_view.js";

export function pageView(context) {
  const { snapshot } = context;
  return html`
    ${headerView(context)}
    ${noticesView(context)}
    <main>${snapshot ? partsView(context) : waitingView(context)}</main>
    <footer class="bottom note">${context.store.catalogue.application} · funneld ${context.store.catalogue.version} · ${context.store.catalogue.timezone}</footer>`;
}

function partsView(context) {
  return html`
    ${summaryView(context)}
    <div class="grid">
      ${funnelView(context)}
      <div class="side">${bottlenecksView(context)}${alertsView(context)}${reasonsView(context)}${npsView(context)}</div>
      ${trendView(context)}
      ${groupsView(context)}
      ${openView(context)}
    </div>`;
}

/* No record yet: say so once the server has answered, and show what alerts there are. */
function waitingView(context) {
  const { words, store } = context;
  if (!store.loaded) return nothing;
  return html`<div class="grid">${panel("funnel", words.funnel, empty(words.nobodyYet))}<div class="side">${alertsView(context)}</div></div>`;
}
