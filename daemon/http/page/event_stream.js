// event_stream.js -- server-sent events out of a stream of text (WHATWG HTML, section 9.2.6), as far as this server speaks it: event, data, comments.
// EventSource is not used because it can't send a token.

/* A reader to be fed with text as it comes; calls deliver(event, data) for every whole event. */
export function eventReader(deliver) {
  let rest = "";
  let event = "";
  let data = [];
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (data.length > 0) deliver(event || "message", data.join("\n"));
        event = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
  };
}
