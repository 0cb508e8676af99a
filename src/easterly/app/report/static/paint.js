// Strokes of the pod matrix.

import { cssValue } from "./dom.js";
import { FAILED } from "./links.js";
import { ramp, step, STEPS } from "./palette.js";
import { theme } from "./theme.js";

const HATCHED = 7; // cells this wide and high show a stroke through failed links

/**
 * All cells. Cells of one colour are drawn together, which is what takes the time.
 * @param {CanvasRenderingContext2D} canvas
 * @param {import("./layout.js").Layout} layout
 * @param {Float64Array} values
 * @param {Uint8Array | null} lit
 */
export function drawCells(canvas, layout, values, lit) {
  const colours = [...ramp(theme()), cssValue("--over"), cssValue("--failed"), cssValue("--dim")];
  const piles = colours.map(() => /** @type {number[]} */ ([]));
  for (const block of layout.blocks) {
    const [gapX, gapY] = gaps(block);
    block.grid.forEach((cable, at) => {
      if (cable < 0) return;
      const x = block.x + Math.floor(at / block.rows) * block.w;
      const y = block.y + (at % block.rows) * block.h;
      piles[pileOf(values[cable], !lit || lit[cable] === 1)].push(x, y, block.w - gapX, block.h - gapY);
    });
  }
  piles.forEach((pile, i) => {
    canvas.fillStyle = colours[i];
    for (let at = 0; at < pile.length; at += 4) canvas.fillRect(pile[at], pile[at + 1], pile[at + 2], pile[at + 3]);
  });
  hatch(canvas, piles[STEPS + 1]);
}

/**
 * Free pixels right of and below each cell, where cells are large enough to spare one.
 * @param {import("./layout.js").Block} block
 */
function gaps(block) {
  return [block.w >= 5 ? 1 : 0, block.h >= 5 ? 1 : 0];
}

/**
 * @param {number} value
 * @param {boolean} lit
 */
function pileOf(value, lit) {
  if (!lit) return STEPS + 2;
  if (value === FAILED) return STEPS + 1;
  return value > 1 ? STEPS : step(value);
}

/**
 * A stroke through each failed cell that has room for one.
 * @param {CanvasRenderingContext2D} canvas
 * @param {number[]} pile
 */
function hatch(canvas, pile) {
  canvas.strokeStyle = cssValue("--surface");
  canvas.lineWidth = 1;
  canvas.beginPath();
  for (let at = 0; at < pile.length; at += 4) {
    const [x, y, w, h] = pile.slice(at, at + 4);
    if (w < HATCHED - 1 || h < HATCHED - 3) continue;
    canvas.moveTo(x, y + h);
    canvas.lineTo(x + w, y);
  }
  canvas.stroke();
}

/**
 * @param {CanvasRenderingContext2D} canvas
 * @param {import("./layout.js").Layout} layout
 * @param {string} ink
 * @param {string} muted
 */
export function drawLabels(canvas, layout, ink, muted) {
  const family = getComputedStyle(document.body).fontFamily;
  canvas.textBaseline = "middle";
  for (const { text, x, y, align, strong } of layout.labels) {
    canvas.font = `${strong ? "600 13px" : "11px"} ${family}`;
    canvas.fillStyle = strong ? ink : muted;
    canvas.textAlign = align;
    canvas.fillText(text, x, y);
  }
}

/**
 * A frame around one cell, and ticks at the rims of its block so that small cells are found.
 * @param {CanvasRenderingContext2D} canvas
 * @param {import("./layout.js").Layout} layout
 * @param {import("./links.js").Links} links
 * @param {number} cable
 * @param {string} colour
 */
export function drawMark(canvas, layout, links, cable, colour) {
  const block = layout.blocks[layout.home[cable]];
  const [gapX, gapY] = gaps(block);
  const x = block.x + links.cables.x[cable] * block.w;
  const y = block.y + links.cables.y[cable] * block.h;
  canvas.strokeStyle = colour;
  canvas.lineWidth = 2;
  canvas.strokeRect(x - 1, y - 1, block.w - gapX + 2, block.h - gapY + 2);
  if (gapX) return;
  canvas.lineWidth = 1;
  canvas.strokeRect(x - 3.5, y - 3.5, block.w + 7, block.h + 7);
}
