"""Rules of other traffic: that they speak where they must, are silent elsewhere, and that their advice helps."""

import re

import pytest
from tests.demand.traffic import places

from easterly import demand
from easterly.base.findings import FindingsError
from easterly.base.units import TIME, parse
from easterly.demand.checks.deadlines import duration, enough
from easterly.model.spec.site import Site
from easterly.study.check import check
from easterly.study.nouns import Nouns

STORE = {"kind": "storage", "hosts": 4}
CASES = {
    "backup": {
        "s": STORE,
        "b": {"kind": "backup", "from": "s", "to": "plants", "size": "1TB", "window": {"lasts": "5min"}},
    },
    "transfer": {
        "s": STORE,
        "b": {"kind": "transfer", "from": "s", "to": "plants", "size": "1TB", "every": "1h", "within": "1min"},
    },
    "distribution": {
        "s": STORE,
        "b": {"kind": "distribution", "from": "plants", "to": "s", "size": "1TB", "within": "1min"},
    },
    "rebuild": {"b": {"kind": "storage", "hosts": 4, "rebuild": {"used": "50TB", "within": "1min"}, "disk": "10Gb/s"}},
    "parameter-server": {
        "b": {"kind": "parameter-server", "workers": 4, "size": "7GB", "period": "100ms", "class": "sync"}
    },
    "federated": {
        "b": {
            "kind": "federated",
            "params": 3e9,
            "deadline": "2min",
            "clients": {"x": {"at": "plants", "count": 7, "down": "100Mb/s"}},
        }
    },
}


def findings(traffic, **more):
    return [f for f in check(places.site(traffic, **more)) if f.code.startswith("E6") and f.at.startswith("traffic")]


def changed(spec, key, text):
    """The same traffic with the time that the finding asks for."""
    head, *rest = key.split("/")
    return {**spec, head: changed(spec[head], "/".join(rest), text) if rest else text}


@pytest.mark.parametrize("name", CASES)
def test_the_time_that_is_advised_is_enough(name):
    (found,) = findings(CASES[name])
    assert found.code == ("E648" if name == "federated" else "E642")
    key, text = re.search(r"(lasts|within|period|deadline): ([0-9.]+[a-z]+)", found.hint).groups()
    path = {"lasts": "window/lasts", "within": "rebuild/within" if name == "rebuild" else "within"}.get(key, key)
    mended = {**CASES[name], "b": changed(CASES[name]["b"], path, text)}
    assert findings(mended) == []
    shorter = f"{parse(text, TIME) * 0.98}s"
    assert findings({**CASES[name], "b": changed(CASES[name]["b"], path, shorter)}) != []


@pytest.mark.parametrize("time_s", [0.00123, 0.9999, 59.9, 60, 100, 3599, 3600, 86_399, 1e5, 9.999e6])
def test_enough_is_never_less_and_hardly_more(time_s):
    assert time_s <= parse(enough(time_s), TIME) * (1 + 1e-9) <= time_s * 1.02
    assert parse(duration(time_s), TIME) == pytest.approx(time_s, rel=1e-3)


def test_a_lossless_class_pauses_what_another_drops():
    burst = {"kind": "parameter-server", "workers": 8, "size": "4GB", "period": "10s"}
    assert [f.code for f in findings({"ps": burst})] == ["E645"]
    assert findings({"ps": {**burst, "class": "sync"}}) == []
    assert findings({"ps": {**burst, "size": "4MB"}}) == []


def test_advised_outstanding_accesses_and_caches_help():
    clients = {"c": STORE, "p": {"kind": "memory", "hosts": 2, "clients": "c", "reads": "20M/s"}}
    (found,) = findings(clients)
    assert found.code == "E646"
    more = int(re.search(r"outstanding: (\d+)", found.hint)[1])
    assert findings({**clients, "p": {**clients["p"], "outstanding": more}}) == []
    assert [f.code for f in findings({**clients, "p": {**clients["p"], "outstanding": more - 1}})] == ["E646"]
    store = {
        "kind": "features",
        "clients": "c",
        "hosts": 8,
        "requests": "1k/s",
        "keys": 9,
        "value": "1kB",
        "population": 10**7,
        "exponent": 1.3,
    }
    (hot,) = findings({"c": STORE, "f": store})
    assert hot.code == "E647"
    assert findings({"c": STORE, "f": {**store, "cache": int(re.search(r"cache: (\d+)", hot.hint)[1])}}) == []


def test_interfaces_that_are_too_slow_are_told_from_latency():
    (found,) = findings(
        {"c": STORE, "p": {"kind": "memory", "hosts": 2, "clients": "c", "reads": "1G/s", "outstanding": 9999}}
    )
    assert "interfaces" in found.message and "outstanding" not in found.hint


@pytest.mark.parametrize(
    "name, traffic",
    [
        ("copies", {"s": {"kind": "storage", "hosts": 2}}),
        ("pieces", {"s": {"kind": "storage", "hosts": 5, "erasure": {"data": 4, "parity": 2}}}),
    ],
)
def test_too_few_servers_are_an_error(name, traffic):
    (found,) = findings(traffic)
    assert found.code == "E643" and name in found.message


def test_totals_of_places_that_cannot_be():
    one = {"sent": {"east": "2Gb/s", "west": "1Gb/s"}, "received": {"east": "1Gb/s", "west": "2Gb/s"}}
    assert findings({"g": {"kind": "gravity", **one}}) == []
    more = {**one, "received": {"east": "1Gb/s", "west": "3Gb/s"}}
    assert [f.code for f in findings({"g": {"kind": "gravity", **more}})] == ["E649"]
    massless = {**one, "masses": {"east": 1.0, "west": 0.0, "lake": 1.0}}
    assert [f.code for f in findings({"g": {"kind": "gravity", **massless}})] == ["E649"]
    assert [f.code for f in findings({"g": {"kind": "gravity", "rate": "1Gb/s", "masses": {"east": 2.0}}})] == ["E650"]


def test_tenants_with_tables_of_their_own_do_not_meet():
    def codes(a, b, **tenants):
        traffic = {"s": {**STORE, "tenant": a, "clients": {"t": {"read": "1Gb/s"}}}, "t": {**STORE, "tenant": b}}
        return [f.code for f in findings(traffic, tenants=tenants)]

    assert codes("x", "y", x={"vrf": True}, y={"vrf": True}) == ["E651"]
    assert codes("x", None, x={"vrf": True}) == ["E651"]
    assert codes("x", "x", x={"vrf": True}) == [] and codes("x", None, x={}) == []


def found_names(traffic, **more):
    return sorted((f.code, f.at) for f in check(places.site(traffic, **more)) if f.code.startswith("E2"))


def test_names_at_every_end_are_followed():
    traffic = {
        "a": {
            "kind": "transfer",
            "from": "nobody",
            "to": "lake",
            "rate": "1Gb/s",
            "class": "no",
            "tenant": "no",
            "profile": "no",
        },
        "b": {"kind": "storage", "hosts": 3, "fabric": "no", "clients": {"nobody": {"read": "1Gb/s"}}},
        "c": {
            "kind": "pipeline",
            "records": "1/s",
            "record": "1B",
            "stages": {"x": {"from": ["lake", "nobody"], "at": "lost"}},
        },
        "d": {"kind": "matrix", "rates": {"lake": {"nobody": "1Gb/s"}}},
    }
    assert found_names(traffic) == [
        ("E211", f"traffic/{at}")
        for at in (
            "a/class",
            "a/from",
            "a/profile",
            "a/tenant",
            "b/clients/nobody",
            "b/fabric",
            "c/stages/x/at",
            "c/stages/x/from/1",
            "d/rates/lake/nobody",
        )
    ]


def test_a_name_is_used_once():
    job = {"fabric": "east", "class": "bulk", "model": "llama3-8b", "parallel": {"tp": 8}, "batch": 8}
    traffic = {"east": STORE, "pre": {"kind": "transfer", "from": "lake", "to": "east", "rate": "1Gb/s"}}
    assert [at for code, at in found_names(traffic, jobs={"pre": job}) if code == "E213"] == [
        "traffic/east",
        "traffic/pre",
    ]


def test_tenants_of_traffic_are_used():
    assert found_names({"s": {**STORE, "tenant": "x"}}, tenants={"x": {}}) == []


def test_traffic_is_placed_after_services_by_name():
    plan = places.site({"b": STORE, "a": {**STORE, "hosts": 3}, "c": {**STORE, "hosts": 3, "first_host": 0}})
    hosts = demand.place(plan, places.network()).hosts
    assert {name: rows.tolist() for name, rows in hosts.items()} == {"c": [0, 1, 2], "a": [3, 4, 5], "b": [6, 7, 8, 9]}
    with pytest.raises(FindingsError, match="E601"):
        demand.place(places.site({"a": {**STORE, "hosts": 13}}), places.network())


def test_changing_a_partner_changes_the_demand_of_those_who_use_it():
    """Weights of a service are read from its model: a stage that forgot would give the old ones."""

    def made(model):
        service = {"class": "bulk", "fabric": "west", "model": model, "load": {"requests": "1/s"}}
        sent = {"kind": "distribution", "from": "lake", "to": "chat"}
        return Nouns(places.site({"w": sent}, services={"chat": service}))

    small, large = made("llama3-8b"), made("llama3-70b")
    one, other = (nouns.demands.value.flows.size_B.sum() for nouns in (small, large))
    assert other > 5 * one
    assert small._parts["w"].digest != large._parts["w"].digest


def test_every_traffic_is_a_work_of_the_demand():
    built = places.build({"s": STORE, "t": {"kind": "transfer", "from": "s", "to": "lake", "rate": "1Gb/s"}})
    assert built.work.name.tolist() == ["s", "t"] and set(built.work.kind) == {"traffic"}
    assert built.work.gpus.tolist() == [0, 0] and built.work.host_ptr.tolist() == [0, 4, 4]
    assert built.work.fabric.tolist() == ["east", ""]


def test_a_class_that_is_not_there_sends_nothing():
    plan = places.site({"t": {"kind": "transfer", "from": "lake", "to": "plants", "rate": "1Gb/s", "class": "no"}})
    assert isinstance(plan, Site) and len(demand.build(plan, places.network()).flows) == 0


@pytest.mark.parametrize("method", ["unicast", "chain", "tree", "multicast"])
def test_places_that_nothing_joins_are_told(method):
    alone = {"wan": {"sites": {"lake": {}}, "links": {}}}
    far = {"kind": "distribution", "from": "lake", "to": "s", "size": "1TB", "method": method}
    for within in ({}, {"within": "1h"}):
        codes = {f.code for f in check(places.site({"s": STORE, "b": {**far, **within}}, **alone))}
        assert codes & {"E642", "E701"} and codes <= {"E508", "E519", "E642", "E701"}
    pool = {"p": {"kind": "memory", "hosts": 2, "clients": "lake", "reads": "20M/s"}}
    (found,) = findings(pool, **alone)
    assert (found.code, found.at) == ("E646", "traffic/p/reads") and "no path" in found.message
    assert findings({"p": {**pool["p"], "reads": "1k/s"}}) == []
