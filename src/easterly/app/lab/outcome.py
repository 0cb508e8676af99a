"""What a lab shows by itself: routes as planned, neighbours that watch each other, hosts that reach each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from easterly.app.lab.measure.within import Within
from easterly.app.lab.reach import MOST, Reach
from easterly.app.lab.routes import Difference, Table
from easterly.app.lab.tunnels import Tunnels

EACH = "the plan names each of them, so that none may be missing"
NONE = "the plan names all that there are"


def of_routes(wanted: Mapping[str, Table], left: Mapping[str, Sequence[Difference]]) -> list[Within]:
    """By router: routes whose next hops are the planned ones.

    Parameters
    ----------
    wanted : mapping of str to Table
        Planned routes by router.
    left : mapping of str to sequence of Difference
        What is not so.

    Returns
    -------
    list of Within
        One for each router that has planned routes.
    """
    return [
        _all(f"routes of {node}", len(table), len(table) - len(left[node]), tuple(map(str, left[node])))
        for node, table in wanted.items() if table
    ]  # fmt: skip


def of_strangers(found: Sequence[str]) -> Within:
    """Routes that nobody planned: there should be none."""
    return Within.exactly("routes to what is not in the plan", 0, len(found), NONE, differences=tuple(found))


def of_tunnels(found: Tunnels) -> list[Within]:
    """Next hops behind tunnels whose neighbours the kernels know; nothing where there are none."""
    what, there = "next hops behind tunnels with a neighbour", found.count - len(found.lacking)
    return [_all(what, found.count, there, found.lacking)] if found.count else []


def of_sessions(found: Mapping[str, tuple[int, int]]) -> list[Within]:
    """BFD sessions that are up, of all routers together; nothing where there are none."""
    up, count = (sum(each[i] for each in found.values()) for i in (0, 1))
    down = tuple(f"{node}: {count - up} of {count} are down" for node, (up, count) in found.items() if up < count)
    return [_all("BFD sessions that are up", count, up, down)] if count else []


def of_reach(found: Reach, size_B: int = 0) -> list[Within]:
    """Pairs of hosts' addresses that reach each other, and pairs of different tenants that do not."""
    how = f" with packets of {size_B:,} B" if size_B else ""
    lost = tuple(each for each in found.wrong if "does not reach" in each)
    leaked = tuple(each for each in found.wrong if "does not reach" not in each)
    sample = f", a sample of {found.of:,}" if found.of > MOST else ""
    made = [_all(f"pairs of hosts that reach each other{how}{sample}", found.pairs, found.reached, lost)]
    if found.apart:
        made.append(_all(f"pairs of tenants kept apart{sample}", found.apart, found.silent, leaked))
    return made


def _all(what: str, planned: int, found: int, lacking: tuple[str, ...]) -> Within:
    return Within.exactly(what, planned, found, EACH, differences=lacking)
