// bottlenecks_view.js -- where most is lost: three places with why and what they cost in round figures, the rest folded.
import { html, nothing } from "./lit-html.js";
import { empty, panel } from "./panel.js";

const COSTLIEST = 3;
const SEEN_FROM = 0.05; // of a deal; less than that rounds to nothing

export function bottlenecksView(context) {
  const { words, view, funnel } = context;
  const places = view.bottlenecks;
  if (places.length === 0) return panel("bottlenecks", words.bottlenecks, empty(html`${words.noBottlenecks}. ${words.noBottlenecksHint(funnel.min_leads)}`));
  const rest = places.slice(COSTLIEST);
  return panel("bottlenecks", words.bottlenecks, html`
    <ol class="places">${places.slice(0, COSTLIEST).map((place) => placeView(context, place))}</ol>
    ${rest.length === 0 ? nothing : html`<details><summary>${words.moreBottlenecks(rest.length)}</summary><ol class="places rest" start=${COSTLIEST + 1}>${rest.map((place) => placeView(context, place))}</ol></details>`}`);
}

function placeView(context, place) {
  const { words, figures, view } = context;
  const title = (id) => view.steps.find((step) => step.step === id)?.title ?? id;
  const chance = place.low === null ? nothing : html` <span class="chance" title=${words.chance}>(${figures.range(place.low, place.high)})</span>`;
  return html`<li>
    <span class=${place.rank > COSTLIEST ? "mark pale" : "mark"} aria-hidden="true">${place.rank}</span>
    <div>
      <h3>${title(place.from)} <span class="to">→ ${title(place.to)}</span></h3>
      <p class="place-figures"><b>${figures.percent(place.conversion)}</b>${chance}, ${words.passed(figures.number(place.passed), figures.number(place.reached))}</p>
      <p class="cost">${words.missed} <b>${costOf(context, place)}</b>${place.extra_wins >= SEEN_FROM ? html` <span class="note">${words.missedIf(figures.percent(place.reference))}</span>` : nothing}</p>
      <p class="why">${place.why.map((why) => reason(context, place, why)).join("; ")}</p>
    </div>
  </li>`;
}

function reason({ words, figures }, place, why) {
  const shown = { share: figures.percent(place.share), target: figures.percent(place.target), baseline: figures.percent(place.baseline) };
  return words.why[why]?.(shown) ?? why;
}

export function costOf({ words, figures, funnel }, { extra_wins: wins, extra_amount: amount }) {
  if (wins === null) return words.missedUnknown;
  if (wins < SEEN_FROM) return words.missedNone;
  return words.missedAbout(figures.roughly(wins), amount > 0 ? figures.money(amount, funnel.currency, 2) : null);
}
