// Numbers as text. Rates come in Mb/s, as the embedded data has them.

const RATES = /** @type {const} */ ([[1e6, "Tb/s"], [1e3, "Gb/s"], [1, "Mb/s"], [1e-3, "kb/s"]]);

/**
 * A rate with four significant digits at most.
 * @param {number} mbps rate in Mb/s
 * @returns {string}
 */
export function rate(mbps) {
  if (mbps === 0) return "0";
  const [factor, unit] = RATES.find(([step]) => mbps >= step) ?? RATES[RATES.length - 1];
  return `${short(mbps / factor)}\u00a0${unit}`;
}

/**
 * A ratio as percent; three significant digits below 10 %.
 * @param {number} ratio
 * @returns {string}
 */
export function percent(ratio) {
  if (!Number.isFinite(ratio)) return "\u2013";
  const value = 100 * ratio;
  const digits = value === 0 || value >= 99.95 ? 0 : 1;
  return `${value > 0 && value < 0.05 ? "<0.1" : value.toFixed(digits)}\u00a0%`;
}

/**
 * A count with thousands separated.
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return value.toLocaleString("en-GB");
}

/**
 * @param {number} value
 * @returns {string}
 */
function short(value) {
  return String(Number(value.toPrecision(4)));
}
