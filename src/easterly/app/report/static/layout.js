// Where the blocks of the pod matrix stand. Pure geometry in CSS pixels.

/**
 * @typedef {{fabric: number, band: number, group: number, x: number, y: number, columns: number, rows: number,
 *            w: number, h: number, grid: Int32Array}} Block `grid` holds cable numbers by column, then row; -1 is empty
 * @typedef {{text: string, x: number, y: number, align: CanvasTextAlign, strong: boolean}} Label
 * @typedef {{blocks: Block[], labels: Label[], width: number, height: number, home: Int32Array}} Layout
 *          `home` is the block of each cable
 */

const TARGET = 460; // height that the cells of one fabric may take
const WIDEST = 64;
const TALLEST = 22;
const SIDE = 124; // room for the names of the bands

/**
 * Lay out all fabrics below each other.
 * @param {import("./links.js").Links} links
 * @param {number} width
 * @returns {Layout}
 */
export function layOut(links, width) {
  const blocks = blocksOf(links);
  /** @type {Layout} */
  const layout = { blocks, labels: [], width, height: 0, home: new Int32Array(links.count) };
  blocks.forEach((block, at) => block.grid.forEach((cable) => { if (cable >= 0) layout.home[cable] = at; }));
  links.fabrics.forEach((axes, fabric) => {
    const own = blocks.filter((block) => block.fabric === fabric);
    if (own.length) placeFabric(layout, axes, own, links.fabrics.length > 1);
  });
  return layout;
}

/**
 * Cable at a point, or -1.
 * @param {Layout} layout
 * @param {number} px
 * @param {number} py
 */
export function cableAt(layout, px, py) {
  for (const block of layout.blocks) {
    const column = Math.floor((px - block.x) / block.w);
    const row = Math.floor((py - block.y) / block.h);
    if (column >= 0 && row >= 0 && column < block.columns && row < block.rows) return block.grid[column * block.rows + row];
  }
  return -1;
}

/**
 * Cable one step away in a direction; the same cable at the rim.
 * @param {Layout} layout
 * @param {import("./links.js").Links} links
 * @param {number} cable
 * @param {number} dx
 * @param {number} dy
 */
export function neighbour(layout, links, cable, dx, dy) {
  const block = layout.blocks[layout.home[cable]];
  const column = links.cables.x[cable] + dx;
  const row = links.cables.y[cable] + dy;
  if (column >= 0 && row >= 0 && column < block.columns && row < block.rows) {
    const near = block.grid[column * block.rows + row];
    if (near >= 0) return near;
  }
  const next = layout.blocks.find(
    (other) => other.fabric === block.fabric && other.band === block.band + dy && other.group === block.group + dx,
  );
  if (!next) return cable;
  const c = dx > 0 ? 0 : dx < 0 ? next.columns - 1 : Math.min(column, next.columns - 1);
  const filled = (/** @type {number} */ r) => next.grid[c * next.rows + r] >= 0;
  let r = dy > 0 ? 0 : dy < 0 ? next.rows - 1 : Math.min(row, next.rows - 1);
  while (r > 0 && !filled(r)) r--;
  return filled(r) ? next.grid[c * next.rows + r] : cable;
}

/**
 * Blocks with their grids, not placed yet. Cables come sorted by block, column, row.
 * @param {import("./links.js").Links} links
 */
function blocksOf(links) {
  const { fabric, band, group, x, y } = links.cables;
  /** @type {Block[]} */
  const blocks = [];
  for (let from = 0, to = 0; from < links.count; from = to) {
    let rows = 0;
    while (to < links.count && fabric[to] === fabric[from] && band[to] === band[from] && group[to] === group[from]) {
      rows = Math.max(rows, y[to++] + 1);
    }
    const columns = x[to - 1] + 1;
    const grid = new Int32Array(columns * rows).fill(-1);
    for (let i = from; i < to; i++) grid[x[i] * rows + y[i]] = i;
    blocks.push({ fabric: fabric[from], band: band[from], group: group[from], x: 0, y: 0, columns, rows, w: 0, h: 0, grid });
  }
  return blocks;
}

/**
 * Place one fabric below what is there: bands below each other, groups side by side, in as many lines as it takes.
 * @param {Layout} layout
 * @param {import("./links.js").Axes} axes
 * @param {Block[]} blocks
 * @param {boolean} titled
 */
function placeFabric(layout, axes, blocks, titled) {
  const columns = axes.groups.map((_, g) => Math.max(0, ...blocks.filter((b) => b.group === g).map((b) => b.columns)));
  const rows = axes.bands.map((_, n) => Math.max(0, ...blocks.filter((b) => b.band === n).map((b) => b.rows)));
  const total = columns.reduce((a, b) => a + b, 0);
  const { side, w, gap } = measure(layout.width, columns.length, total);
  const lines = breakLines(columns, w, gap, layout.width - side);
  const h = Math.max(2, Math.min(TALLEST, Math.floor(TARGET / (rows.reduce((a, b) => a + b, 0) * lines.length))));
  let top = layout.height + (layout.height ? 22 : 0);
  if (titled) {
    layout.labels.push({ text: axes.name, x: 0, y: top + 8, align: "left", strong: true });
    top += 24;
  }
  for (const line of lines) top = placeLine(layout, axes, { blocks, columns, rows, side, w, h, gap, line, top }) + 14;
  layout.height = top - 8;
}

/**
 * Size of the columns and of the gaps between groups. Names of bands move from the side to above their bands
 * where that is what makes the groups fit into one line.
 * @param {number} width
 * @param {number} groups
 * @param {number} columns
 */
function measure(width, groups, columns) {
  const at = (/** @type {number} */ side, /** @type {number} */ gap) => Math.floor((width - side - (groups - 1) * gap) / columns);
  const beside = width < 640 ? 0 : SIDE;
  for (const gap of [10, 6]) if (at(beside, gap) >= 4) return { side: beside, gap, w: Math.min(at(beside, gap), WIDEST) };
  for (const [side, gap] of [[beside, 3], [0, 3], [0, 2]]) if (at(side, gap) >= 2) return { side, gap, w: at(side, gap) };
  return { side: beside, gap: 3, w: 2 };
}

/**
 * One line of groups; returns where it ends.
 * @param {Layout} layout
 * @param {import("./links.js").Axes} axes
 * @param {{blocks: Block[], columns: number[], rows: number[], side: number, w: number, h: number, gap: number,
 *          line: number[], top: number}} at
 */
function placeLine(layout, axes, at) {
  const { columns, rows, side, w, h, gap, line } = at;
  let y = at.top + 18;
  if (side) layout.labels.push({ text: axes.axis, x: 0, y: at.top + 7, align: "left", strong: false });
  let x = side;
  const left = new Map(line.map((g) => { const here = x; x += columns[g] * w + gap; return [g, here]; }));
  layout.width = Math.max(layout.width, x - gap);
  for (const g of line) labelGroup(layout, axes, g, left.get(g) ?? 0, at);
  axes.bands.forEach((name, n) => {
    layout.labels.push({ text: name, x: 0, y: side ? y + 7 : y + 6, align: "left", strong: false });
    if (!side) y += 18;
    for (const block of at.blocks) {
      if (block.band === n && left.has(block.group)) Object.assign(block, { x: left.get(block.group), y, w, h });
    }
    y += rows[n] * h + 10;
  });
  return y - 10;
}

/**
 * Name over a group; where the only group has no name, numbers over its columns.
 * @param {Layout} layout
 * @param {import("./links.js").Axes} axes
 * @param {number} group
 * @param {number} left
 * @param {{columns: number[], side: number, w: number, line: number[], top: number}} at
 */
function labelGroup(layout, axes, group, left, { columns, side, w, line, top }) {
  const first = group === line[0];
  const name = axes.groups[group];
  const push = (/** @type {string} */ text, /** @type {number} */ x) => {
    layout.labels.push({ text, x, y: top + 7, align: "center", strong: false });
  };
  if (name) push(first && !side ? `${axes.axis} ${name}` : name, left + (columns[group] * w) / 2);
  else for (let c = 0; c < columns[group]; c += Math.ceil(20 / w)) push(String(c), left + (c + 0.5) * w);
}

/**
 * Groups by line, so that each line fits, and as even as that allows.
 * @param {number[]} columns
 * @param {number} w
 * @param {number} gap
 * @param {number} room
 * @returns {number[][]}
 */
function breakLines(columns, w, gap, room) {
  const whole = columns.reduce((sum, count) => sum + count * w + gap, 0);
  const even = whole / Math.ceil(whole / (room + gap));
  /** @type {number[][]} */
  const lines = [[]];
  let used = 0;
  columns.forEach((count, group) => {
    const size = count * w + gap;
    if (used && (used + size - gap > room || used >= even)) { lines.push([]); used = 0; }
    lines[lines.length - 1].push(group);
    used += size;
  });
  return lines;
}
