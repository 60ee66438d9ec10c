// panel.js -- a part of the page under a heading.
import { html, nothing } from "./lit-html.js";

export function panel(id, title, content, { note = nothing, tools = nothing } = {}) {
  return html`<section class="panel" id=${id} aria-labelledby="${id}-title">
    <header class="panel-head">
      <h2 id="${id}-title">${title}</h2>
      ${note === nothing ? nothing : html`<p class="note">${note}</p>`}
      <div class="tools">${tools}</div>
    </header>
    ${content}
  </section>`;
}

export const empty = (words) => html`<p class="empty">${words}</p>`;
