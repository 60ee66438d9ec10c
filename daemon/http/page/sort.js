// sort.js -- the order of a table's rows: {by: a column's id, down: greatest first}.

/* Rows in the order asked for; what has no value comes last either way. */
export function sorted(rows, columns, sort) {
  const value = columns.find((column) => column.id === sort.by)?.value;
  if (!value) return rows;
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return (left === null) - (right === null);
    return sort.down ? compare(right, left) : compare(left, right);
  });
}

export const nextSort = (sort, id, text) => ({ by: id, down: sort.by === id ? !sort.down : !text });
