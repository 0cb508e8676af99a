"""Placements of a site, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from easterly.app import terminal
from easterly.app.values import number
from easterly.base.findings import FindingsError
from easterly.base.runs import runs

if TYPE_CHECKING:
    from easterly.study.place import Placed, Placing, Room, Tenancy

ROLES = ("current", "best", "worst")


def placed(nouns: Any, objective: str, rounds: int, seed: int, form: str) -> Placing:
    """Placements of a site; leaves where there are none."""
    from easterly.study import place as study

    try:
        return study.place(nouns, objective=objective, rounds=rounds, seed=seed)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except ValueError as error:
        terminal.misused(str(error.args[0]), form)


def export(nouns: Any, made: Placing, folder: Path, form: str) -> list[str]:
    """Write the best placement for schedulers below a folder; the paths."""
    from easterly.app.planning import write_below
    from easterly.study import place as study

    try:
        files = study.exported(nouns.site, nouns.network.value, made.blocks, made.best.outcome)
    except ValueError as error:
        terminal.misused(f"--export: {error.args[0]}", form)
    with terminal.writing(folder, form):
        write_below(folder, files)
    return [str(folder / file.path) for file in files]


def document(nouns: Any, made: Placing, rounds: int, seed: int) -> dict[str, Any]:
    """Placements as plain values."""
    from easterly.study import place as study

    return {
        "objective": made.objective, "unit": study.UNITS[made.objective], "bound": number(made.bound),
        "gap": number(made.gap), "rounds": rounds, "seed": seed, "predicted": made.predicted,
        **{role: _placed(getattr(made, role)) for role in ROLES},
        "tenants": None if made.tenants is None else _tenants(made.tenants),
        "works": [_work(nouns, made, name) for name in made.current.outcome.hosts if "@" not in name],
    }  # fmt: skip


def _placed(placed: Placed) -> dict[str, Any]:
    return {"value": number(placed.value), "moved": list(placed.moved), "rooms": [_room(r) for r in placed.rooms]}


def _tenants(made: Tenancy) -> dict[str, Any]:
    claims, envy = made.fair.claims, made.now.envy
    return {
        "price": number(made.price), "most_flops": number(made.most.value), "most_bound_flops": number(made.most.bound),
        "resources": [
            {"name": name, "capacity": number(have), "now": number(now), "fair": number(fair)}
            for name, have, now, fair in zip(made.resources, claims.capacity.tolist(), made.now.used.tolist(),
                                             made.fair.used.tolist(), strict=True)
        ],
        "tenants": [
            {
                "name": name, "weight": number(claims.weight[row]), "gpus": number(made.now.tasks[row]),
                "dominant": made.dominant(row), "share": number(made.now.share[row]),
                "fair_gpus": number(made.fair.tasks[row]), "fair_share": number(made.fair.share[row]),
                "fair_hosts": number(made.hosts.tasks[row]), "most_gpus": number(made.most.tasks[row]),
                "flops_per_gpu": number(made.worth[row]),
                "beyond_own_slice": number(made.fair.incentive[row]),
                "envies": [made.tenants[other] for other in range(len(made.tenants)) if envy[row, other] > 0],
                "envies_when_fair": [made.tenants[o] for o in range(len(made.tenants)) if made.fair.envy[row, o] > 0],
            }
            for row, name in enumerate(made.tenants)
        ],
    }  # fmt: skip


def _room(room: Room) -> dict[str, Any]:
    return {
        "fabric": room.fabric, "hosts": room.hosts, "free": room.free, "fragmentation": number(room.fragmentation),
        "largest": room.largest, "fits": {str(size): found for size, found in room.fits.items()},
    }  # fmt: skip


def _work(nouns: Any, made: Placing, name: str) -> dict[str, Any]:
    site = nouns.site
    kind, work = next((kind, group[name]) for kind, group in (("job", site.jobs), ("service", site.services),
                                                             ("traffic", site.traffic)) if name in group)  # fmt: skip
    return {
        "name": name, "kind": kind, "tenant": work.tenant, "hosts": len(made.current.outcome.hosts[name]),
        "least_s": number(made.least_s[name]) if name in made.least_s else None, "fixed": made.fixed.get(name),
        **{role: _where(nouns, made, getattr(made, role), name) for role in ROLES},
    }  # fmt: skip


def _where(nouns: Any, made: Placing, placed: Placed, name: str) -> dict[str, Any]:
    rows, blocks = placed.outcome.hosts[name], made.blocks
    spread: dict[str, int] = {}
    for row in rows.tolist():
        block = str(blocks.name[blocks.host_block[row]])
        spread[block] = spread.get(block, 0) + 1
    step = placed.outcome.step_s.get(name)
    return {
        "step_s": None if step is None else number(step),
        "waits": [{"axis": wait.axis, "exposed_s": number(wait.exposed_s), "crosses": wait.crosses}
                  for wait in placed.outcome.waits.get(name, ()) if wait.exposed_s > 0],
        "blocks": spread, "hosts": runs(nouns.network.value.hosts.name[rows].tolist()),
    }  # fmt: skip
