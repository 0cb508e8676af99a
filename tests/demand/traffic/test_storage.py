"""Storage: bytes that protection costs, counted object by object."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.traffic import places

from easterly.demand.traffic import storage
from easterly.model.spec.traffic import Storage

CLIENT = {"kind": "storage", "hosts": 2}


def store(**keys):
    return Storage.model_validate({"kind": "storage", "class": "bulk", "hosts": 8, **keys})


def by_object(protection, fanout, write):
    """Bytes that client and servers send for one object of 1 byte: every transfer of it, one by one."""
    copies, k, m = protection.get("copies"), *protection.get("erasure", {"data": 0, "parity": 0}).values()
    pieces = [1.0] * copies if copies else [1 / k] * (k + m)
    if not write:
        if copies or fanout == "client":
            return 0.0, 0.0, 1.0
        return 0.0, sum(pieces[1:k]), 1.0  # the first server has one piece, and collects the others of the k
    if fanout == "client":
        return sum(pieces), 0.0, 0.0
    return 1.0, sum(pieces[1:]), 0.0  # the first keeps its own


@given(
    st.one_of(
        st.integers(1, 5).map(lambda r: {"copies": r}),
        st.tuples(st.integers(1, 12), st.integers(0, 5))
        .filter(lambda t: sum(t) > 1 and t[1] > 0)
        .map(lambda t: {"erasure": {"data": t[0], "parity": t[1]}}),
    ),
    st.sampled_from(["primary", "chain", "client"]),
)
def test_factors_are_the_sum_of_all_transfers_of_one_object(protection, fanout):
    found = storage.factors(store(**protection, fanout=fanout))
    client, servers, _ = by_object(protection, fanout, write=True)
    assert (found.client_write, found.server_write) == pytest.approx((client, servers))
    _, servers, answer = by_object(protection, fanout, write=False)
    assert (found.server_read, found.client_read) == pytest.approx((servers, answer))


def test_a_chain_hands_on_one_copy_where_a_primary_sends_all():
    assert storage.factors(store(copies=3)).first == 2.0
    assert storage.factors(store(copies=3, fanout="chain")).first == 1.0
    assert storage.factors(store(copies=3, fanout="client")).first == 0.0


@pytest.mark.parametrize("protection, moved", [({"copies": 3}, 1), ({"erasure": {"data": 8, "parity": 3}}, 8)])
def test_a_lost_byte_is_read_from_one_copy_or_from_k_pieces(protection, moved):
    """Any k of the others give a piece of the code back; a copy is read once."""
    traffic = {"s": {"kind": "storage", "hosts": 12, **protection, "rebuild": {"used": "10TB", "within": "1h"}}}
    found = places.figures(traffic)
    assert found["s", "rebuild_B"] == pytest.approx(moved * 10e12)
    assert found["s", "rebuild_bps"] == pytest.approx(moved * 10e12 * 8 / 3600)
    assert found["s", "rebuild_shortest_s"] == pytest.approx(moved * 10e12 * 8 / (11 * 400e9))


def test_disks_slow_a_rebuild_down():
    """Eleven servers read eight pieces and write one for each that is lost: 90 TB at 11 x 10 Gb/s."""
    code = {"erasure": {"data": 8, "parity": 3}, "rebuild": {"used": "10TB", "within": "1h"}, "disk": "10Gb/s"}
    found = places.figures({"s": {"kind": "storage", "hosts": 12, **code}})
    assert found["s", "rebuild_shortest_s"] == pytest.approx(90e12 * 8 / (11 * 10e9))


@given(st.floats(1e6, 1e11), st.floats(1e6, 1e11), st.sampled_from(["primary", "client"]), st.floats(0, 0.5))
def test_rates_of_clients_and_servers(write, read, fanout, metadata):
    """What the client sends and gets, what servers send each other, with the metadata on top of all."""
    code = {"erasure": {"data": 4, "parity": 2}}
    rates = {"write": f"{write}b/s", "read": f"{read}b/s"}
    server = {
        "kind": "storage",
        "hosts": 6,
        **code,
        "fanout": fanout,
        "metadata": f"{100 * metadata}%",
        "clients": {"c": rates},
    }
    built = places.build({"s": server, "c": CLIENT})
    hosts = built.work.host_idx[built.work.host_ptr[1] : built.work.host_ptr[2]]
    servers = {str(places.network().hosts.name[h]) for h in hosts}
    more = 1 + metadata
    for axis, rate, outside, inside in (
        ("write", write, 1.5 if fanout == "client" else 1.0, 0.0 if fanout == "client" else 5 / 4),
        ("read", read, 1.0, 0.0 if fanout == "client" else 3 / 4),
    ):
        src, dst, amount = places.of(built, "s", axis)
        device = places.network().nodes.device
        among = np.array([{str(device[a]), str(device[b])} <= servers for a, b in zip(src, dst, strict=True)])
        assert amount[~among].sum() == pytest.approx(rate * more * outside)
        assert amount[among].sum() == pytest.approx(rate * more * inside)


def test_a_rebuild_is_traffic_only_where_room_is_kept_for_it():
    rebuild = {"used": "9TB", "within": "1h"}
    assert "rebuild" not in places.build({"s": {**CLIENT, "rebuild": rebuild}}).phases.axis
    built = places.build({"s": {"kind": "storage", "hosts": 4, "rebuild": {**rebuild, "reserve": True}}})
    assert places.of(built, "s", "rebuild")[2].sum() == pytest.approx(9e12 * 8 / 3600)


def test_three_copies_where_nothing_is_said():
    assert storage.factors(store()).servers == 3


def test_copies_of_a_checkpoint_are_part_of_its_burst():
    """A job of two hosts saves 10 TB: as much goes to the store, and twice as much from server to server."""
    model = {"params": 1e9, "layers": 8, "hidden": 1024, "heads": 16, "seq": 1024, "vocab": 32000}
    job = {
        "fabric": "west",
        "class": "bulk",
        "model": model,
        "parallel": {"dp": 16},
        "batch": 16,
        "mfu": "40%",
        "checkpoint": {"to": "s", "size": "10TB", "every": "1h"},
        "data": {"from": "s", "sample": "1MB"},
    }
    for copies in (1, 3):
        built = places.build({"s": {"kind": "storage", "hosts": 6, "copies": copies}}, jobs={"j": job})
        assert places.of(built, "j", "checkpoint")[2].sum() == pytest.approx(copies * 10e12)
        assert places.of(built, "j", "data")[2].sum() == pytest.approx(16e6)
    there = places.build({}, jobs={"j": {**job, "checkpoint": {**job["checkpoint"], "to": "lake"}, "data": None}})
    assert places.of(there, "j", "checkpoint")[2].sum() == pytest.approx(10e12)
