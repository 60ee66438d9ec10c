// group.js -- a group of leads as its key: "all", or "channel=inbound,manager=%D0%98..." as in the keys of the records.

/* Every byte but letters, digits and -._~ percent-encoded; encodeURIComponent leaves five more. */
function encode(string) {
  return encodeURIComponent(string).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/* {manager: "Иванов"} -> its key; dimensions in byte order of their names */
export function groupKey(group) {
  const names = Object.keys(group).sort();
  return names.length === 0 ? "all" : names.map((name) => `${encode(name)}=${encode(group[name])}`).join(",");
}

/* The other way; null where the key is none. */
export function groupOf(key) {
  if (key === "all") return {};
  try {
    return Object.fromEntries(
      key.split(",").map((pair) => {
        const [name, value, ...more] = pair.split("=");
        if (!name || value === undefined || more.length > 0) throw new URIError(key);
        return [decodeURIComponent(name), decodeURIComponent(value)];
      }),
    );
  } catch {
    return null;
  }
}

/* A value as people know it: configured titles stand for ids. */
export function valueTitle(dimensions, name, value) {
  const titles = dimensions.find((dimension) => dimension.name === name)?.titles;
  return titles && Object.hasOwn(titles, value) ? titles[value] : value;
}

export function groupTitle(dimensions, group) {
  return Object.keys(group).sort().map((name) => valueTitle(dimensions, name, group[name])).join(" · ");
}
