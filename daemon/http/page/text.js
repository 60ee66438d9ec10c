// text.js -- the page's words in a language: text("ru", "deal").leads(5) is "5 сделок".
import { english } from "./text_en.js";
import { russian } from "./text_ru.js";

export const LANGUAGES = { ru: russian, en: english };

export function text(language, lead) {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return LANGUAGES[language]({ lead, plural: (count, forms) => forms[rules.select(count)] ?? forms.other, number: (value) => numbers.format(value) });
}
