// sign_in_view.js -- asks for the token where the server wants one. Nothing is posted: it goes as a header with every request.
import { html, nothing } from "./lit-html.js";

export function signInView({ words, wrong, enter }) {
  const submit = (event) => {
    event.preventDefault();
    const value = new FormData(event.target).get("token").trim();
    if (value) enter(value);
  };
  return html`<main class="sign-in"><form @submit=${submit}>
    <h1>funneld</h1>
    <label for="token">${words.token}</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required aria-describedby="token-hint" autofocus>
    <p id="token-hint" class="note">${words.tokenHint}</p>
    ${wrong ? html`<p class="wrong" role="alert">${words.tokenWrong}</p>` : nothing}
    <button type="submit">${words.enter}</button>
  </form></main>`;
}
