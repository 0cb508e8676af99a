"""Placements of a site, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from easterly.app import terminal
from easterly.app.values import number
from easterly.base.findings import FindingsError

if TYPE_CHECKING:
    from easterly.study.place import Placed, Placing, Room

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
    from easterly.app.planning import write_text
    from easterly.study import place as study

    try:
        files = study.exported(nouns.site, nouns.network.value, made.blocks, made.best.outcome)
    except ValueError as error:
        terminal.misused(f"--export: {error.args[0]}", form)
    with terminal.writing(folder, form):
        for file in files:
            write_text(folder / file.path, file.text)
    return [str(folder / file.path) for file in files]


def document(nouns: Any, made: Placing, rounds: int, seed: int) -> dict[str, Any]:
    """Placements as plain values."""
    from easterly.study import place as study

    return {
        "objective": made.objective, "unit": study.UNITS[made.objective], "bound": number(made.bound),
        "gap": number(made.gap), "rounds": rounds, "seed": seed, "predicted": made.predicted,
        **{role: _placed(getattr(made, role)) for role in ROLES},
        "works": [_work(nouns, made, name) for name in made.current.outcome.hosts if "@" not in name],
    }  # fmt: skip


def _placed(placed: Placed) -> dict[str, Any]:
    return {"value": number(placed.value), "moved": list(placed.moved), "rooms": [_room(r) for r in placed.rooms]}


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
        "blocks": spread, "hosts": ranges(nouns.network.value.hosts.name[rows].tolist()),
    }  # fmt: skip


def ranges(names: Sequence[str]) -> list[str]:
    """Names in their order, those that count up written ``first..last``.

    >>> ranges(["a-1", "a-2", "a-3", "b-7", "a-9"])
    ['a-1..a-3', 'b-7', 'a-9']
    """
    made: list[list[str]] = []
    for name in names:
        if made and _next(made[-1][-1]) == name:
            made[-1].append(name)
        else:
            made.append([name])
    return [run[0] if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in made]


def _next(name: str) -> str:
    """The name with its number at the end one higher; itself without a number.

    >>> _next("h-09"), _next("h-9"), _next("h")
    ('h-10', 'h-10', 'h')
    """
    head = name.rstrip("0123456789")
    digits = name[len(head) :]
    return f"{head}{int(digits) + 1:0{len(digits)}d}" if digits else name
