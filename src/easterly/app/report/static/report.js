// The report: reads its data and wires the parts together.

import { drawDistribution } from "./chart.js";
import { wireControls } from "./controls.js";
import { readData } from "./data.js";
import { showDetail } from "./detail.js";
import { byId } from "./dom.js";
import { wireFiles } from "./files.js";
import { drawLegend } from "./legend.js";
import { Links } from "./links.js";
import { Matrix } from "./matrix.js";
import { wirePrefixes } from "./prefixes.js";
import { wireTables } from "./table.js";
import { wireTheme } from "./theme.js";

/** Start the page. Without links there is no matrix, and only tables and theme are wired. */
async function start() {
  wireTables(document);
  wireFiles(document.querySelector(".files"));
  const prefixes = byId("prefix-data");
  wirePrefixes(document.querySelector(".prefixes"), prefixes, Number(prefixes?.dataset.steps));
  const host = byId("matrix");
  if (!host) {
    wireTheme(byId("theme"), () => undefined);
    return;
  }
  const links = new Links(await readData(byId("data")));
  /** @type {import("./links.js").Quantity} */
  let shown = { measure: "mean", cls: -1 };
  const [panel, overview, curves] = ["detail", "overview", "curves"].map(byId);
  const matrix = new Matrix(host, byId("announce"), links, (cable) => {
    panel.hidden = cable < 0;
    overview.hidden = cable >= 0;
    if (cable >= 0) showDetail(panel, links, cable, close);
    else drawDistribution(curves, links, shown);
  });
  const close = () => {
    matrix.open(-1);
    host.focus();
  };
  const update = wireControls(
    links,
    (values, lit, quantity) => {
      shown = quantity;
      matrix.show(values, lit);
      if (!overview.hidden) drawDistribution(curves, links, quantity);
    },
    (cable) => matrix.open(cable),
  );
  wireTheme(byId("theme"), () => { drawLegend(); update(); });
  drawLegend();
  wireJumps(links, matrix, host);
  document.documentElement.dataset.ready = "";
}

/**
 * Link ids in the tables open their cell.
 * @param {Links} links
 * @param {Matrix} matrix
 * @param {HTMLElement} host
 */
function wireJumps(links, matrix, host) {
  document.addEventListener("click", (event) => {
    const jump = event.target instanceof Element ? event.target.closest("[data-link]") : null;
    const cable = jump ? links.find(jump.getAttribute("data-link") ?? "") : -1;
    if (cable < 0) return;
    matrix.open(cable);
    host.focus({ preventScroll: true });
    byId("fabric").scrollIntoView({ behavior: "smooth", block: "start" });
  });
}

start();
