"""The compact columnar view of a plan that the pod matrix is drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np

from easterly.app.report.cells import Cells, FabricAxes, arrange
from easterly.app.report.sharing import Sharing, share_links
from easterly.base.columns import FloatColumn, IndexColumn
from easterly.model.network import NodeKind
from easterly.model.plan import Plan

DIGITS = 6


def view(plan: Plan) -> dict[str, Any]:
    """Plain lists by column, ready for JSON; rates in Mb/s at six significant digits.

    A cable is one entry of every column of ``cables``; ``up`` runs from its lower end to its upper
    end. ``load`` has one list per class, ``shared`` the owners of each cable with their loads up and
    down, as counts per cable and flat lists.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict
        Keys ``classes``, ``owners``, ``fabrics``, ``devices``, ``cables``, ``up``, ``down``, ``shared``.
    """
    cells = arrange(plan.network)
    work = plan.demands.work
    return {
        "classes": list(plan.demands.classes),
        "owners": [
            {"name": name, "kind": kind, "tenant": tenant}
            for name, kind, tenant in zip(work.name.tolist(), work.kind.tolist(), work.tenant.tolist(), strict=True)
        ],
        "fabrics": [_axes(axes) for axes in cells.axes],
        **_cables(plan, cells),
        "up": _direction(plan, cells.up),
        "down": _direction(plan, cells.down),
        "shared": _shared(share_links(plan), cells),
    }


def _axes(axes: FabricAxes) -> dict[str, Any]:
    return {"name": axes.name, "axis": axes.axis, "groups": list(axes.groups), "bands": list(axes.bands)}


def _cables(plan: Plan, cells: Cells) -> dict[str, Any]:
    """Ends and places of the cables; device names once each, hosts told apart by `nic`."""
    nodes, links = plan.network.nodes, plan.network.links
    low, high = links.src[cells.up], links.dst[cells.up]
    devices, index = np.unique(nodes.device[np.concatenate((low, high))], return_inverse=True)
    nic = np.zeros(len(devices), dtype=np.int64)
    nic[index] = nodes.kind[np.concatenate((low, high))] == NodeKind.NIC
    columns = {
        "a": index[: len(low)],
        "a_port": links.src_port[cells.up],
        "b": index[len(low) :],
        "b_port": links.dst_port[cells.up],
        "fabric": cells.fabric,
        "band": cells.band,
        "group": cells.group,
        "x": cells.x,
        "y": cells.y,
        "length_m": links.length_m[cells.up],
    }
    return {
        "devices": {"name": devices.tolist(), "nic": nic.tolist()},
        "cables": {name: _numbers(np.asarray(values)) for name, values in columns.items()},
    }


def _direction(plan: Plan, rows: IndexColumn) -> dict[str, Any]:
    """Capacity, mean load by class, peak and state of one direction; rows of -1 have no capacity."""
    there, loads = rows >= 0, plan.loads
    safe = np.where(there, rows, 0)
    return {
        "capacity": _mbps(np.where(there, loads.capacity_bps[safe], 0.0)),
        "load": [_mbps(np.where(there, row[safe], 0.0)) for row in loads.load_bps],
        "peak": _mbps(np.where(there, loads.peak_bps[safe], 0.0)),
        "alive": (there & plan.routing.policy.alive[safe]).astype(np.int64).tolist(),
    }


def _shared(sharing: Sharing, cells: Cells) -> dict[str, Any]:
    """Owners per cable: the union of both directions, sorted by owner."""
    cable_up, entry_up = _entries(sharing.ptr, cells.up)
    cable_down, entry_down = _entries(sharing.ptr, cells.down)
    cable = np.concatenate((cable_up, cable_down))
    entry = np.concatenate((entry_up, entry_down))
    owners = int(sharing.owner.max(initial=0)) + 1
    pairs, place = np.unique(cable * owners + sharing.owner[entry], return_inverse=True)
    load = np.zeros((2, len(pairs)))
    load[0, place[: len(cable_up)]] = sharing.load_bps[entry_up]
    load[1, place[len(cable_up) :]] = sharing.load_bps[entry_down]
    return {
        "count": np.bincount(pairs // owners, minlength=len(cells.up)).tolist(),
        "owner": (pairs % owners).tolist(),
        "up": _mbps(load[0]),
        "down": _mbps(load[1]),
    }


def _entries(ptr: IndexColumn, rows: IndexColumn) -> tuple[IndexColumn, IndexColumn]:
    """Cable number and entry index of every CSR entry of the given rows, -1 rows skipped."""
    there = np.flatnonzero(rows >= 0)
    start, stop = ptr[rows[there]], ptr[rows[there] + 1]
    count = stop - start
    cable = np.repeat(there, count)
    offset = np.arange(len(cable)) - np.repeat(np.cumsum(count) - count, count)
    return cable, np.repeat(start, count) + offset


def _mbps(rate_bps: FloatColumn) -> list[float | int]:
    return _numbers(np.asarray(rate_bps) / 1e6)


def _numbers(values: np.ndarray[Any, Any]) -> list[float | int]:
    """Python numbers with `DIGITS` significant digits, whole ones as integers (shorter in JSON)."""
    if values.dtype.kind in "iu":
        whole: list[float | int] = values.tolist()
        return whole
    kinds, place = np.unique(values, return_inverse=True)
    short = [float(f"{v:.{DIGITS}g}") for v in kinds.tolist()]
    table = np.array([int(v) if v == int(v) else v for v in short], dtype=object)
    picked: list[float | int] = table[place].tolist()
    return picked
