// Search, job, class and mean/peak: what the matrix shows.

import { byId, el } from "./dom.js";
import { count } from "./format.js";

/**
 * Fill the controls and call back with values and lit cells whenever one changes.
 * @param {import("./links.js").Links} links
 * @param {(values: Float64Array, lit: Uint8Array | null, quantity: import("./links.js").Quantity) => void} onChange
 * @param {(cable: number) => void} onPick Enter in the search box: the first link found
 */
export function wireControls(links, onChange, onPick) {
  const [search, job, cls, said] = ["search", "by-job", "by-class", "found"].map(byId);
  job.append(...links.owners.map(({ name }, i) => el("option", { value: String(i) }, name)));
  cls.append(...links.classes.map((name, i) => el("option", { value: String(i) }, name)));
  const measures = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("input[name=measure]")]);
  let found = /** @type {number[]} */ ([]);
  const update = () => {
    const chosen = Number(cls.value);
    for (const radio of measures) radio.disabled = chosen >= 0;
    const peak = chosen < 0 && measures.some((radio) => radio.checked && radio.value === "peak");
    const quantity = /** @type {import("./links.js").Quantity} */ ({ measure: peak ? "peak" : "mean", cls: chosen });
    const lit = litBy(links, search.value.trim().toLowerCase(), Number(job.value));
    found = lit ? [...lit.keys()].filter((i) => lit[i]) : [];
    said.textContent = lit ? `${count(found.length)} of ${count(links.count)} links` : "";
    onChange(links.values(quantity), lit, quantity);
  };
  for (const control of [job, cls, ...measures]) control.addEventListener("change", update);
  search.addEventListener("input", update);
  search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && found.length) onPick(found[0]);
  });
  update();
  return update;
}

/**
 * Cells that match the text and the job; null when nothing is asked for.
 * @param {import("./links.js").Links} links
 * @param {string} text
 * @param {number} owner -1 for any
 */
function litBy(links, text, owner) {
  if (!text && owner < 0) return null;
  const { a, b } = links.cables;
  const named = links.devices.name.map((name) => name.toLowerCase().includes(text));
  const byPort = text.includes(":") || text.includes(">");
  const matches = (/** @type {number} */ i) => {
    if (!text) return true;
    if (byPort) return ["up", "down"].some((way) => links.id(i, /** @type {"up"} */ (way)).toLowerCase().includes(text));
    return named[a[i]] || named[b[i]];
  };
  return Uint8Array.from({ length: links.count }, (_, i) => Number((owner < 0 || links.carries(i, owner)) && matches(i)));
}
