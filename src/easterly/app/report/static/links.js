// The cables of a plan and what runs over them. A cable has an index; its directions are `up` and `down`.

/**
 * @typedef {{capacity: number[], load: number[][], peak: number[], alive: number[]}} Direction
 * @typedef {{name: string, axis: string, groups: string[], bands: string[]}} Axes
 * @typedef {{measure: "mean" | "peak", cls: number}} Quantity cls -1 is all classes
 */

export const FAILED = -1;

/** What the embedded data says, with the questions that the page asks of it. */
export class Links {
  /** @param {any} view */
  constructor(view) {
    this.classes = /** @type {string[]} */ (view.classes);
    this.owners = /** @type {{name: string, kind: string, tenant: string}[]} */ (view.owners);
    this.fabrics = /** @type {Axes[]} */ (view.fabrics);
    this.devices = /** @type {{name: string[], nic: number[]}} */ (view.devices);
    this.cables = view.cables;
    this.up = /** @type {Direction} */ (view.up);
    this.down = /** @type {Direction} */ (view.down);
    this.shared = view.shared;
    this.count = this.cables.a.length;
    this.firstShared = runningSum(view.shared.count);
    /** @type {Map<string, number> | null} */
    this.byId = null;
  }

  /**
   * Name of one end of a cable.
   * @param {number} i
   * @param {"a" | "b"} end a is the lower end
   */
  end(i, end) {
    const device = this.cables[end][i];
    return `${this.devices.name[device]}:${this.devices.nic[device] ? "nic" : "swp"}${this.cables[`${end}_port`][i]}`;
  }

  /**
   * Id of one direction, as in plan.json.
   * @param {number} i
   * @param {"up" | "down"} way
   */
  id(i, way) {
    const [from, to] = way === "up" ? ["a", "b"] : ["b", "a"];
    return `${this.end(i, /** @type {"a"} */ (from))}>${this.end(i, /** @type {"b"} */ (to))}`;
  }

  /**
   * Cable of a link id, in either direction; -1 if there is none.
   * @param {string} id
   */
  find(id) {
    if (!this.byId) {
      this.byId = new Map();
      for (let i = 0; i < this.count; i++) this.byId.set(this.id(i, "up"), i).set(this.id(i, "down"), i);
    }
    return this.byId.get(id) ?? -1;
  }

  /**
   * Load over capacity of one direction.
   * @param {Direction} way
   * @param {number} i
   * @param {Quantity} quantity
   */
  utilisation(way, i, quantity) {
    const load = this.load(way, i, quantity);
    return load === 0 ? 0 : load / way.capacity[i];
  }

  /**
   * Load of one direction in Mb/s.
   * @param {Direction} way
   * @param {number} i
   * @param {Quantity} quantity
   */
  load(way, i, quantity) {
    if (quantity.cls >= 0) return way.load[quantity.cls][i];
    return quantity.measure === "peak" ? way.peak[i] : way.load.reduce((sum, loads) => sum + loads[i], 0);
  }

  /**
   * What each cell shows: the utilisation of the busier direction, or FAILED.
   * @param {Quantity} quantity
   */
  values(quantity) {
    return Float64Array.from({ length: this.count }, (_, i) => {
      if (this.failed(i)) return FAILED;
      return Math.max(this.utilisation(this.up, i, quantity), this.utilisation(this.down, i, quantity));
    });
  }

  /** @param {number} i */
  failed(i) {
    const dead = (/** @type {Direction} */ way) => way.capacity[i] > 0 && !way.alive[i];
    return dead(this.up) || dead(this.down);
  }

  /**
   * Jobs and services on a cable with their loads in Mb/s, largest first.
   * @param {number} i
   */
  sharing(i) {
    const rows = [];
    for (let k = this.firstShared[i]; k < this.firstShared[i + 1]; k++) {
      rows.push({ owner: this.owners[this.shared.owner[k]], up: this.shared.up[k], down: this.shared.down[k] });
    }
    return rows.sort((p, q) => q.up + q.down - p.up - p.down);
  }

  /**
   * @param {number} i
   * @param {number} owner
   */
  carries(i, owner) {
    for (let k = this.firstShared[i]; k < this.firstShared[i + 1]; k++) if (this.shared.owner[k] === owner) return true;
    return false;
  }

  /**
   * Where a cable stands, in words.
   * @param {number} i
   */
  place(i) {
    const axes = this.fabrics[this.cables.fabric[i]];
    const group = axes.groups[this.cables.group[i]];
    const named = /^\d+$/.test(group) ? `${axes.axis} ${group}` : group;
    const where = named || `column ${this.cables.x[i]}`;
    return `${axes.name} \u00b7 ${axes.bands[this.cables.band[i]]} \u00b7 ${where}`;
  }
}

/**
 * @param {number[]} counts
 * @returns {Int32Array} one longer than counts, from 0
 */
function runningSum(counts) {
  const sums = new Int32Array(counts.length + 1);
  counts.forEach((value, i) => { sums[i + 1] = sums[i] + value; });
  return sums;
}
