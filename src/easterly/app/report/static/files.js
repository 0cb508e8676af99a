// Which rendered files are shown: by device, by target, by what checked them.

import { byId } from "./dom.js";
import { count } from "./format.js";

/**
 * Fill in the controls above the groups of files, which hide what does not match.
 * @param {HTMLElement | null} root
 */
export function wireFiles(root) {
  const controls = root?.querySelector(".controls");
  if (!root || !(controls instanceof HTMLElement)) return;
  controls.hidden = false;
  const [device, target, state, said] = ["file-device", "file-target", "file-state", "files-found"].map(byId);
  const groups = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("details")]);
  const update = () => {
    const text = device.value.trim().toLowerCase();
    const shown = groups.filter((group) => {
      const { target: dialect, state: checked } = group.dataset;
      const fits = (!target.value || dialect === target.value) && (!state.value || checked === state.value);
      group.hidden = !fits || !rowsOf(group, text);
      return !group.hidden;
    });
    const asked = text || target.value || state.value;
    said.textContent = asked ? `${count(shown.length)} of ${count(groups.length)} groups` : "";
  };
  device.addEventListener("input", update);
  for (const control of [target, state]) control.addEventListener("change", update);
}

/**
 * Show the files of a group whose path has the text; whether the group has any such device, listed or not.
 * @param {HTMLElement} group
 * @param {string} text
 */
function rowsOf(group, text) {
  const devices = group.dataset.devices ?? "";
  const inside = !text || devices === "*" || devices.toLowerCase().includes(text);
  let listed = 0;
  for (const row of group.querySelectorAll("tbody tr")) {
    const path = row.querySelector("code")?.textContent ?? "";
    const hidden = Boolean(text) && !path.toLowerCase().includes(text);
    if (row instanceof HTMLElement) row.hidden = hidden;
    listed += hidden ? 0 : 1;
  }
  return inside || listed > 0;
}
