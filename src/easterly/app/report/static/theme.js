// Light or dark: what the system prefers, until the reader chooses.

const KEY = "easterly-theme";

/** @returns {"light" | "dark"} the theme that is shown */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/**
 * Wire the switch, and say whenever the theme changes. Paper is always light.
 * @param {HTMLElement} button
 * @param {() => void} onChange
 */
export function wireTheme(button, onChange) {
  const root = document.documentElement;
  const stored = remembered();
  if (stored) root.dataset.theme = stored;
  const set = (/** @type {string} */ name) => {
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
    button.setAttribute("aria-pressed", String(theme() === "dark"));
    onChange();
  };
  button.setAttribute("aria-pressed", String(theme() === "dark"));
  button.addEventListener("click", () => {
    set(theme() === "dark" ? "light" : "dark");
    remember(theme());
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => set(root.dataset.theme ?? ""));
  let before = "";
  addEventListener("beforeprint", () => { before = root.dataset.theme ?? ""; set("light"); });
  addEventListener("afterprint", () => set(before));
}

/** Pages opened from disk may have no storage: then the choice lasts as long as the page. */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} name */
function remember(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Nothing to do: see above.
  }
}
