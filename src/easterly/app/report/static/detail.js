// The panel that says everything about one cable.

import { bar, el } from "./dom.js";
import { percent, rate } from "./format.js";

const MEAN = /** @type {const} */ ({ measure: "mean", cls: -1 });
const PEAK = /** @type {const} */ ({ measure: "peak", cls: -1 });

/**
 * Fill the panel.
 * @param {HTMLElement} panel
 * @param {import("./links.js").Links} links
 * @param {number} cable
 * @param {() => void} onClose
 */
export function showDetail(panel, links, cable, onClose) {
  const close = el("button", { type: "button", class: "close", "aria-label": "Close the detail of this link" }, "\u2715");
  close.addEventListener("click", onClose);
  panel.replaceChildren(
    el("header", {}, el("h3", {}, links.end(cable, "a"), el("br"), el("span", { class: "to" }, "\u21c4 "), links.end(cable, "b")), close),
    el("p", { class: "note" }, links.place(cable), lengthOf(links, cable)),
    ...["up", "down"].flatMap((way) => direction(links, cable, /** @type {"up" | "down"} */ (way))),
    ...sharing(links, cable),
  );
}

/**
 * @param {import("./links.js").Links} links
 * @param {number} cable
 */
function lengthOf(links, cable) {
  const metres = links.cables.length_m[cable];
  return metres ? ` \u00b7 ${metres} m` : "";
}

/**
 * Capacity, utilisation and load by class of one direction.
 * @param {import("./links.js").Links} links
 * @param {number} cable
 * @param {"up" | "down"} way
 * @returns {HTMLElement[]}
 */
function direction(links, cable, way) {
  const side = links[way];
  if (!side.capacity[cable]) return [];
  const used = links.utilisation(side, cable, MEAN);
  const state = side.alive[cable] ? percent(used) : "failed";
  const classes = links.classes.map((name, cls) => ({ name, mbps: side.load[cls][cable] })).filter(({ mbps }) => mbps > 0);
  return [
    el(
      "section",
      { class: "direction" },
      el("h4", {}, el("span", { class: "arrow", "aria-hidden": "true" }, way === "up" ? "\u2191" : "\u2193"), el("code", {}, links.id(cable, way))),
      el("div", { class: "reading" }, el("strong", { class: used > 1 ? "over" : "" }, state), bar(used, used > 1 ? "over" : "load")),
      facts([
        ["Capacity", rate(side.capacity[cable])],
        ["Mean load", rate(links.load(side, cable, MEAN))],
        ["Peak of a phase", `${rate(links.load(side, cable, PEAK))} (${percent(links.utilisation(side, cable, PEAK))})`],
      ]),
      ...classes.map(({ name, mbps }) => row(name, mbps, side.capacity[cable])),
    ),
  ];
}

/** @param {string[][]} pairs */
function facts(pairs) {
  return el("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/**
 * One class: name, bar on the scale of the capacity, load.
 * @param {string} name
 * @param {number} mbps
 * @param {number} capacity
 */
function row(name, mbps, capacity) {
  return el("div", { class: "class-row" }, el("span", {}, name), bar(mbps / capacity, "load"), el("span", { class: "num" }, rate(mbps)));
}

/**
 * Jobs on the cable, with their shares of what it carries.
 * @param {import("./links.js").Links} links
 * @param {number} cable
 */
function sharing(links, cable) {
  const rows = links.sharing(cable);
  if (!rows.length) return [el("p", { class: "note" }, "No job or service sends over this link.")];
  const total = rows.reduce((sum, { up, down }) => sum + up + down, 0);
  const head = el("tr", {}, ...["Shared by", "Share", "\u2191", "\u2193"].map((text, i) => el("th", { scope: "col", class: i ? "num" : "" }, text)));
  const body = rows.map(({ owner, up, down }) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, owner.name, el("small", {}, owner.tenant ? ` ${owner.tenant}` : "")),
      el("td", { class: "num" }, percent((up + down) / total)),
      el("td", { class: "num" }, rate(up)),
      el("td", { class: "num" }, rate(down)),
    ),
  );
  return [el("table", { class: "sharing" }, el("thead", {}, head), el("tbody", {}, ...body))];
}
