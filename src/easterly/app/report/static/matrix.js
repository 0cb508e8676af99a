// The pod matrix: one cell per cable on a canvas, with a pointer, a selection and the keyboard.

import { cssValue, el } from "./dom.js";
import { percent } from "./format.js";
import { cableAt, layOut, neighbour } from "./layout.js";
import { FAILED } from "./links.js";
import { drawCells, drawLabels, drawMark } from "./paint.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Draws what it is told to show; says what was opened. */
export class Matrix {
  /**
   * @param {HTMLElement} host gets the canvas; takes the focus
   * @param {HTMLElement} live where the selected cell is announced
   * @param {import("./links.js").Links} links
   * @param {(cable: number) => void} onOpen called with -1 when the selection is left
   */
  constructor(host, live, links, onOpen) {
    Object.assign(this, { host, live, links, onOpen });
    this.host = host;
    this.live = live;
    this.links = links;
    this.onOpen = onOpen;
    this.values = new Float64Array(links.count);
    /** @type {Uint8Array | null} */
    this.lit = null;
    this.selected = -1;
    this.hovered = -1;
    this.base = /** @type {HTMLCanvasElement} */ (el("canvas", { "aria-hidden": "true" }));
    this.marks = /** @type {HTMLCanvasElement} */ (el("canvas", { "aria-hidden": "true", class: "marks" }));
    this.tip = el("div", { class: "tip", hidden: "" });
    host.append(this.base, this.marks, this.tip);
    this.layout = layOut(links, 800);
    this.listen();
  }

  listen() {
    this.host.addEventListener("pointermove", (event) => this.hover(event));
    this.host.addEventListener("pointerleave", () => this.hover(null));
    this.host.addEventListener("click", (event) => {
      const cable = this.under(event);
      if (cable >= 0) this.open(cable);
    });
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.host.addEventListener("focus", () => { if (this.selected < 0 && this.links.count) this.select(this.hottest()); });
    new ResizeObserver(() => this.draw()).observe(this.host);
  }

  /**
   * Show these values; light up some cells only, where `lit` is given.
   * @param {Float64Array} values
   * @param {Uint8Array | null} lit
   */
  show(values, lit) {
    this.values = values;
    this.lit = lit;
    this.draw();
  }

  draw() {
    this.layout = layOut(this.links, this.host.clientWidth);
    const base = canvasOf(this.base, this.layout);
    drawCells(base, this.layout, this.values, this.lit);
    drawLabels(base, this.layout, cssValue("--ink"), cssValue("--muted"));
    this.mark();
  }

  mark() {
    const canvas = canvasOf(this.marks, this.layout);
    if (this.hovered >= 0) drawMark(canvas, this.layout, this.links, this.hovered, cssValue("--muted"));
    if (this.selected >= 0) drawMark(canvas, this.layout, this.links, this.selected, cssValue("--ink"));
  }

  /** @param {number} cable */
  select(cable) {
    this.selected = cable;
    this.live.textContent = cable < 0 ? "" : `${this.links.id(cable, "up")}, ${this.words(cable)}, ${this.links.place(cable)}`;
    this.mark();
  }

  /** @param {number} cable */
  open(cable) {
    this.select(cable);
    this.onOpen(cable);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const way = KEYS[/** @type {keyof typeof KEYS} */ (event.key)];
    if (way && this.selected >= 0) this.select(neighbour(this.layout, this.links, this.selected, way[0], way[1]));
    else if (event.key === "Enter" && this.selected >= 0) this.onOpen(this.selected);
    else if (event.key === "Home") this.select(this.hottest());
    else if (event.key === "Escape") this.onOpen(-1);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent | null} event */
  hover(event) {
    const cable = event ? this.under(event) : -1;
    this.tip.hidden = cable < 0;
    if (cable !== this.hovered) {
      this.hovered = cable;
      this.mark();
      if (cable >= 0) this.tip.replaceChildren(el("b", {}, `${this.links.end(cable, "a")} \u21c4 ${this.links.end(cable, "b")}`), this.words(cable));
    }
    if (cable < 0 || !event) return;
    const box = this.host.getBoundingClientRect();
    const left = Math.min(event.clientX - box.left + 14, box.width - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${event.clientY - box.top + 18}px)`;
  }

  /** @param {MouseEvent} event */
  under(event) {
    const box = this.base.getBoundingClientRect();
    return cableAt(this.layout, event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {number} cable */
  words(cable) {
    const value = this.values[cable];
    if (value === FAILED) return "failed";
    return `${percent(value)} used${value > 1 ? ", over capacity" : ""}`;
  }

  /** Cable with the highest value; the first of them. */
  hottest() {
    return this.values.reduce((best, value, i) => (value > this.values[best] ? i : best), 0);
  }
}

/**
 * Clear a canvas, fit it to a layout and to the pixels of the screen.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./layout.js").Layout} layout
 */
function canvasOf(canvas, { width, height }) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil((height + 2) * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height + 2}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}
