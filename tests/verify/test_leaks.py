"""Who reaches whom, against every packet of small worlds sent one by one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import numpy as np
import pytest

from easterly.base.columns import texts
from easterly.model.isolation import Allowed, Distinguishers, Filters, Holdings, Isolation, Parties, Targets
from easterly.verify.leaks import leaks, missing

NONE = texts([])


def world(holdings, targets, filters=(), allowed=(), again=()) -> Isolation:
    """Rows as tuples, in the order of the columns."""

    def table(kind, rows, flags, width):
        columns = [np.array([r[i] for r in rows], dtype=bool) if i in flags else texts([r[i] for r in rows])
                   for i in range(width)]  # fmt: skip
        return kind(*columns)

    rules, held = [(*row, "", "") for row in filters], [(*row, "") for row in holdings]
    return Isolation(
        Parties(*[NONE] * 7), table(Targets, targets, {1}, 4), Distinguishers(NONE, NONE, NONE),
        table(Holdings, held, set(), 4), table(Filters, rules, {4, 5}, 8),
        table(Allowed, allowed, set(), 2),
        texts(list(again)),
    )  # fmt: skip


def having(targets, again, table) -> set[str]:
    """Tables whose routes a table has, by flooding advertisements until nothing changes."""
    sent = {(v, v, t) for v, imported, t, _ in targets if not imported}  # origin, advertiser, target
    while True:
        got = {(o, v) for o, _, t in sent for v, imported, want, _ in targets if imported and want == t}
        more = {(o, v, t) for o, v in got if v in again for w, imported, t, _ in targets if w == v and not imported}
        if more <= sent:
            return {table, *(o for o, v in got if v == table)}
        sent |= more


def enumerated(holdings, targets, filters, again) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Every packet of every pair of parties, sent."""
    arrived = {}
    nets = [(p, v, ip_network(n)) for p, v, n in holdings]
    for sender, table, own in nets:
        known = having(targets, again, table)
        for y in map(ip_address, range(int(ip_address("10.0.0.0")), int(ip_address("10.0.0.16")))):
            fits = [(p, v, n) for p, v, n in nets if v in known and y in n]
            longest = max((n.prefixlen for *_, n in fits), default=0)
            best = [(p, v) for p, v, n in fits if n.prefixlen == longest]
            best = [b for b in best if b[1] == table] or best
            for x in own:
                passed = next((permit for v, _, s, d, permit, reply in filters if v == table and not reply
                               and (not s or x in ip_network(s)) and (not d or y in ip_network(d))), True)  # fmt: skip
                for other, _ in best if passed else ():
                    if other != sender:
                        arrived.setdefault((sender, other), set()).add((str(x), str(y)))
    return arrived


def drawn(rng):
    """A small random world: three parties, three tables, sixteen addresses."""

    def net(text=("10.0.0.0",)):
        length = int(rng.integers(29, 33))
        return str(ip_network((int(ip_address(text[0])) + int(rng.integers(16)), length), strict=False))

    tables, parties = ["u", "v", "w"], ["a", "b", "c"]
    holdings = [(parties[rng.integers(3)], tables[rng.integers(3)], net()) for _ in range(rng.integers(2, 7))]
    targets = list({(tables[rng.integers(3)], bool(rng.integers(2)), f"1:{rng.integers(3)}", "r") for _ in range(8)})
    filters = [(tables[rng.integers(3)], f"f{i}", net() if rng.integers(3) else "", net() if rng.integers(3) else "",
                bool(rng.integers(2)), bool(rng.integers(5) == 0)) for i in range(rng.integers(0, 6))]  # fmt: skip
    return holdings, sorted(targets), filters, [t for t in tables if rng.integers(3) == 0]


def test_a_pair_is_found_exactly_if_one_packet_arrives() -> None:
    met = 0
    for seed in range(150):
        holdings, targets, filters, again = drawn(np.random.default_rng(seed))
        expected = enumerated(holdings, targets, filters, again)
        found = leaks(world(holdings, targets, filters, again=again))
        pairs = list(zip(found.src.tolist(), found.dst.tolist(), strict=True))
        assert set(pairs) == set(expected), seed
        packets = zip(found.src_address.tolist(), found.dst_address.tolist(), strict=True)
        assert all(packet in expected[pair] for pair, packet in zip(pairs, packets, strict=True)), seed
        met += len(pairs)
    assert met > 100


TWO = [("acme", "acme", "10.0.0.0/24"), ("store", "store", "10.0.1.0/24"), ("beta", "beta", "10.0.2.0/24")]
EXPORTS = [(v, False, f"1:{n}", "own") for n, v in enumerate(("acme", "store", "beta"))]


def test_what_is_imported_goes_no_further_unless_a_table_exports_again() -> None:
    targets = [*EXPORTS, ("store", True, "1:0", "x"), ("beta", True, "1:1", "y")]
    plain = leaks(world(TWO, targets))
    assert ("beta", "acme") not in set(zip(plain.src.tolist(), plain.dst.tolist(), strict=True))
    found = leaks(world(TWO, targets, again=["store"]))
    row = list(zip(found.src.tolist(), found.dst.tolist(), strict=True)).index(("beta", "acme"))
    assert found.through[row] == "beta imports 1:1 (y) > store imports 1:0 (x)"


@pytest.mark.parametrize(("targets", "why"), [
    ([], "no route leads there"),
    ([("acme", True, "1:1", "x")], "replies do not come back"),
    ([("acme", True, "1:1", "x"), ("store", True, "1:0", "x")], None),
])  # fmt: skip
def test_a_permission_needs_a_route_each_way(targets, why) -> None:
    made = world(TWO, [*EXPORTS, *targets], allowed=[("acme", "store")])
    faults = missing(made, leaks(made))
    assert [f[:2] for f in faults] == ([("acme", "store")] if why else [])
    assert not faults or faults[0][2].startswith(why)
