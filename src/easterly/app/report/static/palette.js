// One sequential palette, straight lines in OKLab with even steps of lightness (Ottosson 2020): the fuller a
// link, the further its colour is from the page. Hue stays between cyan and indigo, so that the order is read
// from lightness alone, with any kind of colour vision. Over capacity is vermilion, failed is grey.

export const STEPS = 51;

const ANCHORS = {
  light: [[0.93, 0.018, 230], [0.625, 0.128, 248], [0.3, 0.125, 272]],
  dark: [[0.315, 0.028, 262], [0.6, 0.13, 252], [0.9, 0.07, 210]],
};

/**
 * Colours from empty to full.
 * @param {"light" | "dark"} theme
 * @returns {string[]} STEPS hex colours
 */
export function ramp(theme) {
  const [empty, middle, full] = ANCHORS[theme].map(([l, c, h]) => {
    const angle = (h * Math.PI) / 180;
    return [l, c * Math.cos(angle), c * Math.sin(angle)];
  });
  return Array.from({ length: STEPS }, (_, i) => {
    const at = (2 * i) / (STEPS - 1);
    return at <= 1 ? hex(mix(empty, middle, at)) : hex(mix(middle, full, at - 1));
  });
}

/**
 * Step of the palette for a utilisation between 0 and 1.
 * @param {number} utilisation
 */
export function step(utilisation) {
  return Math.min(STEPS - 1, Math.round(utilisation * (STEPS - 1)));
}

/**
 * @param {number[]} a
 * @param {number[]} b
 * @param {number} t
 */
function mix(a, b, t) {
  return a.map((value, i) => value + t * (b[i] - value));
}

/**
 * OKLab to sRGB.
 * @param {number[]} lab
 */
function hex([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((x) => Math.round(255 * gamma(x)).toString(16).padStart(2, "0")).join("")}`;
}

/** @param {number} x */
function gamma(x) {
  const value = Math.min(1, Math.max(0, x));
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}
