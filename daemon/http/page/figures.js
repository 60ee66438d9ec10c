// figures.js -- numbers, money, durations and times as people read them, in a language and a time zone.

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const MONTH = 30.44 * DAY;

/* words: text(); zone: an IANA name. Every function takes null for "not known" and gives a dash for it. */
export function figures(language, zone, words) {
  const formats = new Map();
  const format = (options) => {
    const key = JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, options));
    return formats.get(key);
  };
  const date = (options) => {
    try {
      return new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    } catch {
      return new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options }); // a zone this browser doesn't know
    }
  };
  const dates = {
    moment: date({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    momentOfYear: date({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }),
    day: date({ day: "numeric", month: "long", year: "numeric" }),
    shortDay: date({ day: "numeric", month: "short" }),
    month: date({ month: "long", year: "numeric" }),
    shortMonth: date({ month: "short" }),
    year: date({ year: "numeric" }),
    monthNumber: date({ month: "numeric" }),
    hour: date({ hour: "2-digit", minute: "2-digit" }),
  };
  const clean = (string) => string.replace(/\s*г\.$/, ""); // "март 2024 г.": nobody says the "г."

  const number = (value, decimals = 0) => (value === null ? "—" : format({ maximumFractionDigits: decimals }).format(value));

  function percent(share) {
    if (share === null) return "—";
    return format({ style: "percent", maximumFractionDigits: share > 0 && share < 0.0995 ? 1 : 0 }).format(share);
  }

  /* 0.299, 0.701 -> 30–70 % */
  const range = (low, high) => `${percent(low).replace(/\s?%/, "")}\u2060–\u2060${percent(high)}`;

  /* 136652.71 RUB -> 137 тыс. ₽, with so many significant digits */
  function money(amount, currency, digits = 3) {
    if (amount === null) return "—";
    const options = { notation: "compact", maximumSignificantDigits: digits };
    try {
      if (currency) return format({ ...options, style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(amount);
    } catch {
      return `${format(options).format(amount)} ${currency}`; // not a code of ISO 4217
    }
    return format(options).format(amount);
  }

  /* What is a guess by nature gets no more figures than it deserves: 0.911 -> 0,9; 12.4 -> 12; 137 -> 140. */
  function roughly(value) {
    return value < 1 ? format({ maximumFractionDigits: 1 }).format(value) : format({ maximumSignificantDigits: 2 }).format(value);
  }

  /* The two greatest units: 3 д 4 ч; from ten days on, days; from ninety on, months. */
  function duration(seconds) {
    if (seconds === null) return "—";
    const { units } = words;
    const two = (first, unit, second, smaller) => (second > 0 ? `${first} ${unit} ${second} ${smaller}` : `${first} ${unit}`);
    const [minutes, hours, days] = [MINUTE, HOUR, DAY].map((length) => Math.round(seconds / length));
    if (seconds < MINUTE) return `${Math.round(seconds)} ${units.second}`;
    if (minutes < 60) return `${minutes} ${units.minute}`;
    if (minutes < 600) return two(Math.floor(minutes / 60), units.hour, minutes % 60, units.minute);
    if (hours < 24) return `${hours} ${units.hour}`;
    if (hours < 240) return two(Math.floor(hours / 24), units.day, hours % 24, units.hour);
    if (days < 90) return `${days} ${units.day}`;
    return `${number(Math.round(seconds / MONTH))} ${units.month}`;
  }

  /* A time, with its year where that isn't this one. */
  function moment(time) {
    const at = new Date(time);
    const thisYear = dates.year.format(at) === dates.year.format(new Date());
    return clean((thisYear ? dates.moment : dates.momentOfYear).format(at)).replace(" г.,", ",");
  }

  function windowName(window) {
    const rolling = /^rolling-(\d+)([a-z])$/.exec(window);
    if (!rolling) return words.windows[window] ?? window;
    return words.rolling[rolling[2]]?.(Number(rolling[1])) ?? window;
  }

  /* What stretch of time a snapshot is about: март 2024; 4–10 мар.; последние 30 дней. */
  function period({ window, start, end }) {
    const from = new Date(start);
    switch (window) {
      case "hour": return `${clean(dates.day.format(from))}, ${dates.hour.format(from)}`;
      case "day": return clean(dates.day.format(from));
      case "week": return words.weekOf(dates.shortDay.format(from), clean(dates.day.format(new Date(Date.parse(end) - 1000))));
      case "month": return clean(dates.month.format(from));
      case "quarter": return words.quarterOf(Math.floor((Number(dates.monthNumber.format(from)) + 2) / 3), dates.year.format(from).replace(/\D/g, ""));
      case "year": return words.yearOf(dates.year.format(from).replace(/\D/g, ""));
      default: return words.lastRolling(windowName(window));
    }
  }

  /* The same, short enough for an axis. */
  function tick(window, seconds) {
    const from = new Date(seconds * 1000);
    switch (window) {
      case "hour": return dates.hour.format(from);
      case "month": return dates.shortMonth.format(from);
      case "quarter": return `${"I II III IV".split(" ")[Math.floor((Number(dates.monthNumber.format(from)) - 1) / 3)]}`;
      case "year": return dates.year.format(from).replace(/\D/g, "");
      default: return dates.shortDay.format(from);
    }
  }

  return { number, percent, range, money, roughly, duration, moment, windowName, period, tick };
}
