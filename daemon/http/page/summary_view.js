// summary_view.js -- the period in a row of great figures.
import { html, nothing } from "./lit-html.js";

export function summaryView({ words, figures, funnel, snapshot, standing, view, state }) {
  const { currency } = funnel;
  const openNow = standing?.open.reduce((sum, { leads }) => sum + leads, 0) ?? null;
  const openAmount = standing?.open.reduce((sum, { amount }) => sum + amount, 0) ?? 0;
  const figure = (name, value, note = nothing, kind = "") => html`<div class="figure ${kind}"><dt>${name}</dt><dd><b>${value}</b>${note === nothing ? nothing : html`<span>${note}</span>`}</dd></div>`;
  const worth = (amount) => (amount > 0 ? words.worth(figures.money(amount, currency)) : nothing);
  return html`<dl class="summary">
    ${figure(words.entered, figures.number(view.entered))}
    ${figure(words.won, figures.number(view.won), view.conversion === null ? nothing : `${words.throughout} ${figures.percent(view.conversion)}`, "won")}
    ${figure(words.lost, figures.number(view.lost), worth(view.lost_amount), "lost")}
    ${state.basis === "cohort" ? figure(words.open, figures.number(view.open), words.ofEntered(figures.percent(view.entered > 0 ? view.open / view.entered : null)), "open")
      : figure(words.openNow, figures.number(openNow), worth(openAmount), "open")}
    ${figure(words.revenue, figures.money(view.won_amount, currency), view.won > 0 && view.won_amount > 0 ? `${words.averageDeal.toLowerCase()} ${figures.money(view.won_amount / view.won, currency)}` : nothing)}
    ${snapshot.nps.answers > 0 ? figure(words.nps, figures.number(snapshot.nps.score), words.answers(snapshot.nps.answers)) : nothing}
  </dl>`;
}
