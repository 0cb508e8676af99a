"""Whatever traffic a site has: its flows are finite, leave their host, and find their way."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly import demand, route
from easterly.study.check import check

END = st.sampled_from(["store", "lake", "plants", "east", "west"])
few, many = st.integers(1, 3), st.integers(1, 1000)


def kind(name, **keys):
    return st.fixed_dictionaries({"kind": st.just(name), **keys})


def text(numbers, unit):
    return numbers.map(lambda n: f"{n}{unit}")


gb, seconds, share = text(many, "GB"), text(many, "s"), text(st.integers(0, 100), "%")
cohorts = st.dictionaries(
    st.sampled_from("ab"),
    st.fixed_dictionaries(
        {"at": st.sampled_from(["lake", "plants", "west"]), "count": many, "down": text(many, "Mb/s")}
    ),
    min_size=1,
)
stages = st.lists(st.tuples(END, few), min_size=1, max_size=2).map(
    lambda found: {f"x{i}": {"from": [f"x{i - 1}" if i else end], "hosts": n} for i, (end, n) in enumerate(found)}
)
TRAFFIC = st.one_of(
    kind("transfer", **{"from": END, "to": END, "rate": text(many, "Mb/s")}),
    kind("transfer", **{"from": END, "to": END, "size": gb, "every": seconds}),
    kind("backup", **{"from": END, "to": END, "size": gb, "within": seconds, "changed": share}),
    kind(
        "distribution",
        **{
            "from": END,
            "to": st.just("store"),
            "size": gb,
            "fanout": few,
            "method": st.sampled_from(["unicast", "chain", "tree", "multicast"]),
        },
    ),
    kind(
        "storage",
        hosts=few,
        copies=few,
        fanout=st.sampled_from(["primary", "chain", "client"]),
        metadata=share,
        clients=st.dictionaries(END, st.fixed_dictionaries({"write": text(many, "Mb/s"), "read": text(many, "Mb/s")})),
    ),
    kind("memory", hosts=few, clients=END, writes=share, outstanding=many),
    kind(
        "features",
        hosts=st.none() | few,
        clients=END,
        requests=text(many, "/s"),
        keys=many,
        value=text(many, "B"),
        population=st.integers(1, 10**7),
        exponent=st.floats(0, 3),
        cache=st.integers(0, 10**4),
        batch=text(st.integers(0, 99), "ms"),
        partitioning=st.sampled_from(["hash", "locality"]),
        locality=share,
    ),
    kind("parameter-server", workers=few, servers=few, aggregators=st.integers(0, 2), size=gb, period=seconds),
    kind("federated", params=st.floats(1, 1e12), clients=cohorts, sample=share, aggregate=st.booleans()),
    kind("pipeline", records=text(many, "/s"), record=text(many, "B"), stages=stages),
    kind(
        "management", of=st.sampled_from(["east", "west"]), hosts=few, switches=st.booleans(), config=text(many, "kB")
    ),
    kind("gravity", rate=text(many, "Gb/s"), exponent=st.floats(0, 2)),
    kind("matrix", rates=st.dictionaries(END, st.dictionaries(END, text(many, "Mb/s")))),
)


@settings(max_examples=20)
@given(TRAFFIC, st.none() | st.just("west"))
def test_any_traffic_has_flows_that_find_their_way(traffic, fabric):
    assume("from" not in traffic or traffic["from"] != traffic["to"])  # E641
    hosted = {"fabric": fabric} if fabric and traffic["kind"] in places.HOSTED else {}
    declared = {"store": {"kind": "storage", "hosts": 3}, "x": {**traffic, **hosted}}
    built, net = places.build(declared), places.network()
    flows = built.flows
    amount = flows.size_B + flows.rate_bps
    assert np.isfinite(amount).all() and (amount > 0).all()
    assert ((flows.size_B == 0) != (flows.rate_bps == 0)).all()
    assert (net.nodes.device[flows.src] != net.nodes.device[flows.dst]).all()
    assert len(route.solve(net, built, seed=1, draws=1).unserved) == 0
    figures = places.figures(declared)
    assert all(np.isfinite(value) for value in figures.values())
    assert all(value >= 0 or name.startswith("saved_by_locality") for (_, name), value in figures.items())
    assert all(f.message and f.at for f in check(places.site(declared)))
    total = demand.directions(net, built, amount)
    assert np.isclose(total.east_west_bps.sum() + total.north_south_bps.sum(), amount.sum())
