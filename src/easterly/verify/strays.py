"""What devices say that was not planned, and what was planned and no device says."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.model.isolation import Isolation


def strays(planned: Isolation, found: Isolation) -> tuple[str, ...]:
    """Places of tenants, route targets and grants of policies that differ from the plan, with file and line.

    Access lists are compared rule by rule where they are read (E907). A stray need not be a leak: a route that leads
    to another tenant is of no use as long as a list drops what would take it.

    Parameters
    ----------
    planned : Isolation
    found : Isolation
        Read back from files.

    Returns
    -------
    tuple of str
        One line each, sorted; empty if all is as planned.
    """
    return tuple(sorted({*_places(found), *_targets(planned, found), *_grants(planned, found)}))


def _places(found: Isolation) -> Iterator[str]:
    yield from (where for where in found.holdings.where.tolist() if where)


def _rows(made: Isolation) -> Iterator[tuple[str, bool, str, str]]:
    rows = made.targets
    columns = (rows.vrf.tolist(), rows.imported.tolist(), rows.target.tolist(), rows.rule.tolist())
    yield from zip(*columns, strict=True)


def _targets(planned: Isolation, found: Isolation) -> Iterator[str]:
    """Tables of files are named after those of the plan; a second one has its device behind the name."""
    wanted = {row[:3] for row in _rows(planned)}
    said = {(vrf, imported, target): rule for vrf, imported, target, rule in _rows(found) if ":" in target}
    have: dict[str, set[tuple[bool, str]]] = {}
    for (vrf, imported, target), rule in said.items():
        have.setdefault(vrf, set()).add((imported, target))
        if (vrf.partition(" on ")[0], imported, target) not in wanted:
            yield f"{vrf} {'imports' if imported else 'exports'} {target}, which is not planned ({rule})"
    for vrf, sides in have.items():
        for name, imported, target in wanted:
            if name == vrf.partition(" on ")[0] and (imported, target) not in sides:
                yield f"{vrf} does not {'import' if imported else 'export'} {target}"


def _grants(planned: Isolation, found: Isolation) -> Iterator[str]:
    if not len(found.granted):
        return
    wanted = set(zip(planned.allowed.src.tolist(), planned.allowed.dst.tolist(), strict=True))
    rows = found.granted
    for src, dst, rule in zip(rows.src.tolist(), rows.dst.tolist(), rows.rule.tolist(), strict=True):
        if (src, dst) not in wanted:
            yield f"pods of {src} may open connections to {dst} ({rule})"
