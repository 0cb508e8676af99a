// The tree of prefixes: a branch with many members gets them when somebody opens it.

import { readData } from "./data.js";
import { el } from "./dom.js";

const AT_ONCE = 200;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Fill branches as they are opened.
 * @param {HTMLElement | null} root of the tree
 * @param {HTMLElement | null} data none where the page holds all of it
 * @param {number} steps width of a strip
 */
export function wirePrefixes(root, data, steps) {
  if (!root || !data) return;
  /** @type {Promise<{rows: any, inner: Map<number, number[]>}> | undefined} */
  let read;
  root.addEventListener("toggle", async (event) => {
    const branch = event.target instanceof HTMLDetailsElement ? event.target : null;
    const within = branch?.querySelector(":scope > .within");
    if (!branch?.open || !within || within.childElementCount) return;
    read ??= readData(data).then((rows) => ({ rows, inner: innerOf(rows.up) }));
    const { rows, inner } = await read;
    more(within, rows, inner, inner.get(Number(branch.dataset.row)) ?? [], steps);
  }, true);
}

/**
 * Rows directly inside of each.
 * @param {number[]} up
 * @returns {Map<number, number[]>}
 */
function innerOf(up) {
  const inner = new Map();
  up.forEach((around, at) => (inner.get(around) ?? inner.set(around, []).get(around)).push(at));
  return inner;
}

/**
 * Add the next members, and a button for what is left.
 * @param {Element} within
 * @param {any} rows
 * @param {Map<number, number[]>} inner
 * @param {number[]} members
 * @param {number} steps
 */
function more(within, rows, inner, members, steps) {
  within.append(...members.slice(0, AT_ONCE).map((at) => branchOf(rows, inner.has(at), at, steps)));
  const left = members.slice(AT_ONCE);
  if (!left.length) return;
  const button = el("button", { type: "button", class: "more" }, `${left.length.toLocaleString("en")} more`);
  button.addEventListener("click", () => {
    button.remove();
    more(within, rows, inner, left, steps);
  });
  within.append(button);
}

/**
 * One row, with room for its members if it has any.
 * @param {any} rows
 * @param {boolean} holds
 * @param {number} at
 * @param {number} steps
 * @returns {HTMLElement}
 */
function branchOf(rows, holds, at, steps) {
  const strip = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["class", "strip"], ["viewBox", `0 0 ${steps} 10`], ["preserveAspectRatio", "none"],
    ["aria-hidden", "true"]]) strip.setAttribute(name, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.strip[at]);
  strip.append(path);
  const cells = [el("span", { class: "title" }, rows.name[at]), el("code", {}, rows.prefix[at]), strip,
    el("span", { class: "num" }, rows.used[at])];
  if (!holds) return el("div", { class: "branch" }, ...cells);
  return el("details", { class: "branch", "data-row": String(at) }, el("summary", {}, ...cells), el("div", { class: "within" }));
}
