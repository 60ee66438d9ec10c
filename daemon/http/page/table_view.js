// table_view.js -- what the tables of the page share: a head that sorts, a frame that scrolls by itself and by keyboard.
import { html, nothing } from "./lit-html.js";

/* columns: {id, title, value(row) to sort by}; sort: {by, down}; choose(id) */
export function sortableHead(columns, sort, choose) {
  return html`<tr>
    ${columns.map(
      (column) => html`<th scope="col" class=${column.kind ?? ""} aria-sort=${sort.by === column.id ? (sort.down ? "descending" : "ascending") : nothing}>
        ${column.value
          ? html`<button type="button" class="sort" @click=${() => choose(column.id)}>${column.title}<span aria-hidden="true" class="arrow">${sort.by === column.id ? (sort.down ? "↓" : "↑") : ""}</span></button>`
          : column.title}
      </th>`,
    )}
  </tr>`;
}

export function scrolling(label, content) {
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${label}>${content}</div>`;
}
