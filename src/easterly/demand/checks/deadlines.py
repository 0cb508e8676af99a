"""Rules of time: traffic that cannot be done when it has to be."""

from __future__ import annotations

import math
from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.demand.ends import Ends
from easterly.demand.traffic import bulk, delivery, federated, parameter_server, storage, way
from easterly.demand.traffic.ready import ready
from easterly.model.demand import Placement
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Backup, Delivery, Federated, ParameterServer, Storage, Transfer

_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0))


def duration(time_s: float) -> str:
    """A time as people say it.

    >>> duration(45), duration(90), duration(5400), duration(5.6e6)
    ('45s', '1.5min', '1.5h', '64.81d')
    """
    for unit, size in _UNITS:
        if time_s >= size:
            return f"{float(f'{time_s / size:.4g}'):g}{unit}"
    return format_short(time_s, TIME)


def enough(time_s: float) -> str:
    """A time of three digits, no shorter than the one given.

    >>> enough(3200.0), enough(0.16), enough(11111.0)
    ('53.4min', '160ms', '3.09h')
    """
    unit, size = next((u for u in _UNITS if time_s >= u[1]), ("s", 1.0))
    step = 10.0 ** (math.floor(math.log10(time_s / size)) - 2)
    up = math.ceil(time_s / size / step - 1e-9) * step
    return f"{float(f'{up:.3g}'):g}{unit}" if unit != "s" else format_short(up, TIME)


@rule("E642", "traffic cannot be done in its time")
def deadlines_are_possible(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """Transfers, backups, distributions, rebuilds and exchanges with parameter servers end in the time they have."""
    ends = Ends(site, network, placement.hosts)
    bulky: list[Transfer | Backup] = [*ready(site, ends, Transfer), *ready(site, ends, Backup)]
    for work in bulky:
        yield from _late_bulk(work, ends)
    for sent in ready(site, ends, Delivery):
        needs_s = delivery.time_s(sent, ends) if sent.within is not None else 0.0
        if sent.within is not None and _late(needs_s, sent.within):
            yield _too_late(f"{sent.origin}/within", sent.within, needs_s, "all have it at the earliest",
                            "write within: {}, or method: tree or multicast")  # fmt: skip
    for store in ready(site, ends, Storage):
        needs_s = storage.rebuild_s(store, ends)
        if store.rebuild is not None and _late(needs_s, store.rebuild.within):
            yield _too_late(f"{store.origin}/rebuild/within", store.rebuild.within, needs_s, "a rebuild takes",
                            "write within: {}, or spread the data over more servers")  # fmt: skip
    for ps in ready(site, ends, ParameterServer):
        needs_s = 2 * parameter_server.exchange_s(ps, ends)
        if _late(needs_s, ps.period):
            yield _too_late(f"{ps.origin}/period", ps.period, needs_s, "a push and a pull take",
                            "write period: {}, or more servers, or aggregators")  # fmt: skip


def _late(needs_s: float, has_s: float) -> bool:
    return math.isfinite(needs_s) and needs_s > has_s * (1 + 1e-9)


def _too_late(at: str, has_s: float, needs_s: float, what: str, hint: str) -> Finding:
    text = f"{duration(has_s)} is too short: {what} {duration(needs_s)}"
    return Finding("E642", at, text, hint.format(enough(needs_s)), Severity.WARNING)


def _late_bulk(work: Transfer | Backup, ends: Ends) -> Iterator[Finding]:
    size, has_s = bulk.size_B(work), bulk.within_s(work)
    found = way.limit(ends.network, bulk.moved(work, ends, size)) if size else None
    if found is None or not _late(bulk.shortest_s(size, found.rate_bps), has_s):
        return
    asks, lets = format_short(size * 8 / has_s, RATE), format_short(found.rate_bps, RATE)
    link = ends.network.link_ids[found.link]
    text = f"{format_short(size, SIZE)} in {duration(has_s)} take {asks}, {link} lets {lets} pass"
    key = "window/lasts" if isinstance(work, Backup) and work.window is not None else "within"
    hint = f"the shortest that fits is {key.split('/')[-1]}: {enough(bulk.shortest_s(size, found.rate_bps))}"
    on = key if key != "within" or work.within is not None else "every"
    yield Finding("E642", f"{work.origin}/{on}", text, hint, Severity.WARNING)


@rule("E648", "clients of federated learning are later than the deadline")
def clients_are_in_time(site: Site, network: Network, placement: Placement) -> Iterator[Finding]:
    """Every class of clients ends a round before its deadline."""
    ends = Ends(site, network, placement.hosts)
    for work in ready(site, ends, Federated):
        found = federated.rounds(work, ends)
        for name in sorted(set(found) - set(federated.in_time(work, found))):
            one, has_s = found[name], work.deadline or 0.0
            if not math.isfinite(one.time_s):
                continue
            text = f"a round takes {name} {duration(one.time_s)}, the deadline is {duration(has_s)}"
            yield Finding(
                "E648", f"{work.origin}/clients/{name}", text, _sooner(one, has_s), Severity.WARNING, on_key=True
            )


def _sooner(one: federated.Round, has_s: float) -> str:
    left_s = has_s - one.local_s
    longer = f"write deadline: {enough(one.time_s)}"
    if left_s <= 0:
        return f"{longer}, or train less per round"
    return f"{longer}, or send {(one.down_s + one.up_s) / left_s:.3g} times as fast, or compress"
