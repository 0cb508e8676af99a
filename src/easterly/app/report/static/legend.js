// The scale under the pod matrix.

import { byId } from "./dom.js";
import { ramp } from "./palette.js";
import { theme } from "./theme.js";

/** Paint the scale with the colours of the theme. */
export function drawLegend() {
  byId("scale").style.background = `linear-gradient(to right, ${ramp(theme()).join(", ")})`;
}
