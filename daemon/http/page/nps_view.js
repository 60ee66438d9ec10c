// nps_view.js -- would they recommend us: the score and who makes it up.
import { html, nothing, svg } from "./lit-html.js";
import { empty, panel } from "./panel.js";

export function npsView({ words, figures, snapshot }) {
  const { answers, promoters, passives, detractors, score } = snapshot.nps;
  if (answers === 0) return panel("nps", words.nps, empty(words.npsNone));
  const parts = [
    { kind: "promoters", count: promoters },
    { kind: "passives", count: passives },
    { kind: "detractors", count: detractors },
  ];
  let x = 0;
  const bar = parts.map(({ kind, count }) => {
    const width = (100 * count) / answers;
    const part = svg`<rect class=${kind} x=${x} width=${width} height="10"></rect>`;
    x += width;
    return part;
  });
  return panel("nps", words.nps, html`<div class="nps">
    <p class="score"><b>${figures.number(score)}</b><span>${words.npsHint}</span></p>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">${bar}</svg>
    <ul>${parts.map(({ kind, count }) => html`<li class=${kind}><span class="swatch" aria-hidden="true"></span>${words[kind]} <b>${figures.number(count)}</b> ${count > 0 ? figures.percent(count / answers) : nothing}</li>`)}</ul>
  </div>`, { note: words.answers(answers) });
}
