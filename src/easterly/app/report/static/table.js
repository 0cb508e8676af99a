// Tables that sort by a click on a column's head.

/**
 * Make every table with the class `sortable` sort; cells say their value in `data-value`, or by their text.
 * @param {ParentNode} root
 */
export function wireTables(root) {
  for (const table of root.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((head, column) => {
      const button = head.querySelector("button");
      if (button) button.addEventListener("click", () => sortBy(/** @type {HTMLTableElement} */ (table), head, column));
    });
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {Element} head
 * @param {number} column
 */
function sortBy(table, head, column) {
  const descending = head.getAttribute("aria-sort") !== "descending";
  for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
  rows.sort((a, b) => (descending ? -1 : 1) * compare(a.key, b.key));
  body.append(...rows.map(({ row }) => row));
}

/** @param {HTMLTableCellElement} cell */
function keyOf(cell) {
  const text = cell.dataset.value ?? cell.textContent ?? "";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/**
 * @param {number | string} a
 * @param {number | string} b
 */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
