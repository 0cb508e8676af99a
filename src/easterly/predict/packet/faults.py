"""Links that fail while packets are on their way: what happens to them, and when switches learn of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import packet
from easterly.base.columns import BoolColumn, floats, frozen, indices, ints
from easterly.model.network import Network
from easterly.model.packet_routes import HAPPENINGS, Fates, LinkEvent, Manner, Names, PacketFaults, PacketRoutes
from easterly.model.packets import PacketFlows
from easterly.model.routing import Policy
from easterly.predict.packet.routes import HASH, build, connections, mixed_names
from easterly.predict.packet.tables import Grouped
from easterly.predict.packet.ticks import ticks_of

AVOID, TRUST, TABLES = (HAPPENINGS.index(name) for name in ("avoid", "trust", "tables"))
Row = tuple[float, int, int, float]


def outage(
    network: Network, links: ArrayLike, down_s: float, up_s: float = np.inf, *, holds: bool = False
) -> list[LinkEvent]:
    """Cables that fail in both directions, and are repaired.

    Parameters
    ----------
    network : Network
    links : (K,) int
        One direction of each cable.
    down_s, up_s : float [s]
        When it fails, and when it is up again; never if infinite.
    holds : bool
        What waits, and what comes, is held until the cable is up; it is lost otherwise.

    Returns
    -------
    list of LinkEvent
    """
    rows = np.unique(np.atleast_1d(ints(links)))
    back = network.links.reverse[rows]
    made = []
    for link in np.unique(np.concatenate([rows, back[back >= 0]])).tolist():
        made.append(LinkEvent(down_s, link, "hold" if holds else "down"))
        if np.isfinite(up_s):
            made.append(LinkEvent(up_s, link, "up"))
    return made


def wear(
    link: int, start_s: float, end_s: float, worst: float, *, best: float = 1e-12, steps: int = 10
) -> list[LinkEvent]:
    """Optics that degrade: errors per bit that grow by one factor from step to step.

    Parameters
    ----------
    link : int
    start_s, end_s : float [s]
        Of the first step, and of the last.
    worst, best : float [1]
        Errors per bit at the end, and at the start.
    steps : int
        At least two.

    Returns
    -------
    list of LinkEvent
    """
    return [
        LinkEvent(float(at), link, "bit-errors", float(value))
        for at, value in zip(np.linspace(start_s, end_s, steps), np.geomspace(best, worst, steps), strict=True)
    ]


def faults_of(events: Sequence[LinkEvent]) -> PacketFaults:
    """What happens to links, where no switch learns of it: for paths without choices.

    Parameters
    ----------
    events : sequence of LinkEvent

    Returns
    -------
    PacketFaults
    """
    return _faults([(each.at_s, HAPPENINGS.index(each.what), each.link, each.value) for each in events], [], floats([]))


def steer_failing(
    network: Network, policy: Policy, src: ArrayLike, dst: ArrayLike, size_B: ArrayLike, start_s: ArrayLike = 0.0, *,
    events: Sequence[LinkEvent], local_s: float, global_s: float | None = None, number: ArrayLike | None = None,
    manner: Manner = HASH, host_manner: Manner = HASH, names: Names | None = None, seed: int = 1, draw: int = 0,
    watched: bool = False,
) -> tuple[PacketFlows, PacketRoutes, PacketFaults]:  # fmt: skip
    """Flows over all cheapest paths of a network whose links fail, and whose switches learn of it.

    The switch before a link leaves it out `local_s` after the failure, and takes it again as long after the repair;
    what is down for less is not noticed. All tables are those of what is left `global_s` after each change.

    Parameters
    ----------
    network, policy, src, dst, size_B, start_s, number, manner, host_manner, names, seed, draw, watched
        As in `steer`.
    events : sequence of LinkEvent
    local_s : float [s]
        Until the switch before a link knows.
    global_s : float, optional [s]
        Until all switches do, at least `local_s`; never if absent.

    Returns
    -------
    flows : PacketFlows
    routes : PacketRoutes
    faults : PacketFaults

    Raises
    ------
    ValueError
        A pair without a path, delays that do not fit.
    """
    if local_s < 0 or (global_s is not None and global_s < local_s):
        raise ValueError(f"switches learn of a failure after {local_s} s, all of them after {global_s} s")
    noticed = _noticed(events, local_s)
    times = sorted({at for at, _, _ in noticed}) if global_s is not None else []
    alive = [policy.alive, *(_alive(policy, noticed, at) for at in times)]
    columns = connections(src, dst, number)
    made = build(
        network, policy, columns, alive, (size_B, start_s), (manner, host_manner),
        names or mixed_names(policy, columns, seed, draw), names is not None, watched=watched, changes=True,
    )  # fmt: skip
    rows: list[Row] = [(each.at_s, HAPPENINGS.index(each.what), each.link, each.value) for each in events]
    rows += [(at + local_s, AVOID if down else TRUST, link, 0.0) for at, link, down in noticed]
    rows += [(at + (global_s or 0.0), TABLES, number, 0.0) for number, at in enumerate(times)]
    return made.flows, made.routes, _faults(rows, made.later, policy.weight)


def _noticed(events: Sequence[LinkEvent], local_s: float) -> list[tuple[float, int, bool]]:
    """Failures and repairs that last long enough: when, of which link, whether it goes down."""
    found: list[tuple[float, int, bool]] = []
    since: dict[int, float] = {}
    for each in sorted(events, key=lambda event: event.at_s):
        if each.what in ("down", "hold"):
            since.setdefault(each.link, each.at_s)
        elif each.what == "up" and each.link in since:
            at = since.pop(each.link)
            if each.at_s - at >= local_s:
                found += [(at, each.link, True), (each.at_s, each.link, False)]
    found += [(at, link, True) for link, at in since.items()]
    return sorted(found)


def _alive(policy: Policy, noticed: list[tuple[float, int, bool]], until_s: float) -> BoolColumn:
    alive = policy.alive.copy()
    for at, link, down in noticed:
        if at <= until_s:
            alive[link] = not down
    return alive


def _faults(rows: list[Row], later: list[Grouped], weight: NDArray[np.float64]) -> PacketFaults:
    """Rows in the order of time: at one instant first what happens, then what is known of it."""
    rows = sorted(rows, key=lambda row: (row[0], max(row[1], AVOID - 1)))
    at, what, link, value = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    ptr, member = [np.zeros(1, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for each in later:
        ptr.append(ptr[-1][-1] + each.ptr[1:])
        member.append(each.member)
    links = [each.link for each in later]
    return PacketFaults(
        floats(at), ints(what), ints(link), floats(value),
        table_ptr=indices(np.concatenate([[0], np.cumsum([len(each.key) for each in later])])),
        group=ints(np.concatenate([each.key for each in later]) if later else []), ptr=indices(np.concatenate(ptr)),
        member=indices(np.concatenate(member)), weight=floats(weight[np.concatenate(links)] if later else []),
    )  # fmt: skip


def give_routes(made: packet.Simulation, routes: PacketRoutes) -> None:
    """Hands choices to a simulation that was made with the array of their links."""
    if len(routes.ptr) > 1:
        made.choices(
            routes.ptr, routes.member, routes.weight, routes.manner, routes.table, routes.pick, routes.modulo,
            routes.added, routes.resilient, routes.bits, routes.seed, routes.gap_ps, routes.name, routes.watched,
        )  # fmt: skip


def give_faults(made: packet.Simulation, faults: PacketFaults) -> None:
    """Hands a schedule of faults to a simulation, after its choices."""
    made.faults(
        ticks_of(faults.at_s), faults.what, faults.link, faults.value, faults.table_ptr,
        faults.group, faults.ptr, faults.member, faults.weight,
    )  # fmt: skip


def fates(made: packet.Simulation) -> Fates:
    """What was lost on the way, and what choices did."""
    lost, picks = made.fates(), made.picks()
    return Fates(
        frozen(lost["cut"]), frozen(lost["refused"]), frozen(lost["lost"]), made.without_way, frozen(lost["of_flow"]),
        frozen(picks["changes"]), frozen(picks["picked"]),
    )  # fmt: skip
