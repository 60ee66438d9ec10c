// statistics.js -- how far a conversion may be off by chance.

const Z = 1.959964; // 95 %, two-sided

/* The Wilson score interval of passed out of reached, as in bottleneck.c; null where there is none. */
export function wilson(passed, reached) {
  if (reached <= 0 || passed > reached) return null;
  const share = passed / reached;
  const scale = 1 + (Z * Z) / reached;
  const middle = (share + (Z * Z) / (2 * reached)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / reached + (Z * Z) / (4 * reached * reached));
  // None and all are certain on one side; rounding must not say otherwise.
  return { low: passed === 0 ? 0 : middle - half, high: passed === reached ? 1 : middle + half };
}
