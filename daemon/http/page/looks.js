// looks.js -- how this reader likes the page: language and theme, kept in the browser and not in the address, which others get.

const keep = (name, value) => {
  try {
    localStorage.setItem(`funneld.${name}`, value);
  } catch {
    /* private windows may forbid it: then it lasts as long as the page */
  }
};
const kept = (name) => {
  try {
    return localStorage.getItem(`funneld.${name}`);
  } catch {
    return null;
  }
};

export const keptLanguage = () => kept("language");
export const keepLanguage = (language) => keep("language", language);
export const keptTheme = () => kept("theme") ?? "auto";

/* "auto" leaves it to the system, also when that changes in the evening. */
export function setTheme(theme) {
  keep("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
