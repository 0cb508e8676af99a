// Small ways to make elements. Text always goes in as text, never as markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, string>} [attributes] `class`, `aria-label`, ...; `style` is applied as CSS text
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * The element with an id; the page is ours, so it is there.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Value of a CSS variable on the root element.
 * @param {string} name with its two dashes
 * @returns {string}
 */
export function cssValue(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * A bar of a given share of its track.
 * @param {number} share 0 to 1; more is cut off
 * @param {string} kind class of the fill
 * @returns {HTMLElement}
 */
export function bar(share, kind) {
  const width = `width:${(100 * Math.min(Math.max(share, 0), 1)).toFixed(2)}%`;
  return el("span", { class: "bar" }, el("span", { class: `bar-fill ${kind}`, style: width }));
}
