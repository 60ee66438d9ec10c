// controls.js -- what one chooses with: lists, and rows of buttons of which one is down (radio buttons, so arrow keys work).
import { html } from "./lit-html.js";

/* options: [{value, title, hint}] */
export function choice(name, label, options, chosen, choose) {
  return html`<fieldset class="choice">
    <legend class="unseen">${label}</legend>
    ${options.map(
      ({ value, title, hint }) => html`<label title=${hint ?? ""}><input type="radio" name=${name} value=${value} .checked=${value === chosen} @change=${() => choose(value)}><span>${title}</span></label>`,
    )}
  </fieldset>`;
}

export function list(name, label, options, chosen, choose, className = "") {
  return html`<label class="list ${className}"><span class="unseen">${label}</span>
    <select name=${name} @change=${(event) => choose(event.target.value)}>
      ${options.map(({ value, title }) => html`<option value=${value} .selected=${value === chosen}>${title}</option>`)}
    </select></label>`;
}
