// embed.mjs -- turns the page's files into the C table that ../page_files.h declares.
//   node embed.mjs OUTPUT.c FILE...
// The same files give the same bytes: sorted by name, no times.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

// Bytes as a C initialiser, some on each line: compilers are quick with it, and no string literal is too long.
function initialiser(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 32) lines.push(bytes.subarray(at, at + 32).join(","));
  return lines.join(",\n");
}

const [output, ...paths] = process.argv.slice(2);
const files = paths.map((path) => ({ path, name: basename(path) })).sort((a, b) => (a.name < b.name ? -1 : 1));
const arrays = [];
const rows = files.map(({ path, name }, index) => {
  const type = TYPES[extname(name)];
  if (!type || !/^[A-Za-z0-9._-]+$/.test(name)) throw new Error(`${path}: expected a name of letters, digits and ._- that ends in ${Object.keys(TYPES).join(", ")}`);
  if (name === files[index + 1]?.name) throw new Error(`${path}: two files are called ${name}`);
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw new Error(`${path}: is empty`);
  const gzip = gzipSync(bytes, { level: 9 });
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  arrays.push(`static const unsigned char bytes_${index}[] = {\n${initialiser(bytes)}};`);
  const shorter = gzip.length < bytes.length;
  if (shorter) arrays.push(`static const unsigned char gzip_${index}[] = {\n${initialiser(gzip)}};`);
  return `    {"${name}", "${type}", bytes_${index}, ${bytes.length}, ${shorter ? `gzip_${index}, ${gzip.length}` : "NULL, 0"}, "\\"${digest}\\"", "\\"${digest}-gzip\\""},`;
});
writeFileSync(
  output,
  `/* Written by embed.mjs from daemon/http/page/; not to be edited. */
#include "page_files.h"

${arrays.join("\n")}

const struct page_file page_files[] = {
${rows.join("\n")}
};
const size_t page_file_count = sizeof page_files / sizeof page_files[0];
`,
);
