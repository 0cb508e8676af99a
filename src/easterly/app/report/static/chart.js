// How utilisation is distributed: one cumulative curve per band, over both directions of its links.

import { cssValue } from "./dom.js";

const POINTS = 201;
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 4]];

/**
 * Draw the curves, replacing what is there.
 * @param {HTMLElement} host
 * @param {import("./links.js").Links} links
 * @param {import("./links.js").Quantity} quantity
 */
export function drawDistribution(host, links, quantity) {
  const bands = sortedByBand(links, quantity);
  const most = Math.max(1, ...bands.map(({ values }) => values[values.length - 1] ?? 0));
  const at = Array.from({ length: POINTS }, (_, i) => (100 * Math.ceil(most * 20) * i) / 20 / (POINTS - 1));
  const axis = { stroke: cssValue("--muted"), grid: { stroke: cssValue("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  const options = {
    width: host.clientWidth,
    height: 220,
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: [0, 100] } },
    axes: [
      { ...axis, label: "Utilisation (%)", labelSize: 18, size: 30, labelFont: axis.font },
      { ...axis, label: "Links at or below (%)", labelSize: 18, size: 36, labelFont: axis.font },
    ],
    series: [
      { label: "Utilisation", value: (/** @type {any} */ _, /** @type {number | null} */ v) => percentOf(v) },
      ...bands.map(({ name }, i) => ({
        label: name,
        stroke: cssValue(`--series-${i % 5}`),
        width: 2,
        dash: DASHES[(i + Math.floor(i / 5)) % 5],
        points: { show: false },
        value: (/** @type {any} */ _, /** @type {number | null} */ v) => percentOf(v),
      })),
    ],
  };
  const curves = bands.map(({ values }) => at.map((x) => (100 * countUpTo(values, x / 100 + 1e-9)) / values.length));
  host.replaceChildren();
  // uPlot comes as a plain script before this one: it declares a global and exports nothing.
  return new (/** @type {any} */ (globalThis).uPlot)(options, [at, ...curves], host);
}

/** @param {number | null} value */
function percentOf(value) {
  return value === null ? "\u2013" : `${value.toFixed(1)}\u00a0%`;
}

/**
 * Utilisations of both directions, sorted, by band; failed links are left out.
 * @param {import("./links.js").Links} links
 * @param {import("./links.js").Quantity} quantity
 */
function sortedByBand(links, quantity) {
  /** @type {Map<string, number[]>} */
  const bands = new Map();
  for (let i = 0; i < links.count; i++) {
    if (links.failed(i)) continue;
    const axes = links.fabrics[links.cables.fabric[i]];
    const name = (links.fabrics.length > 1 ? `${axes.name}: ` : "") + axes.bands[links.cables.band[i]];
    const values = bands.get(name) ?? [];
    bands.set(name, values);
    for (const side of [links.up, links.down]) if (side.capacity[i]) values.push(links.utilisation(side, i, quantity));
  }
  return [...bands].map(([name, values]) => ({ name, values: Float64Array.from(values).sort() }));
}

/**
 * How many values of a sorted array are at or below a limit.
 * @param {Float64Array} sorted
 * @param {number} limit
 */
function countUpTo(sorted, limit) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
