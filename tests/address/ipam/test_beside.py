"""Backups, readers of the audit, approvals, use over time, anomalies, commits that are shared."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.address.conftest import Clock

from easterly.address import ipam
from easterly.address.ipam.anomalies import dns_drift, duplicate_macs, growth, stale
from easterly.address.ipam.approvals import ask, decide, questions
from easterly.address.ipam.copy import backup, restore
from easterly.address.ipam.feed import acknowledge, forget, news
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.history import Usage, forecast, record, usage
from easterly.address.ipam.pages import allocations, audit, pools, search
from easterly.base.columns import floats


def filled(store: ipam.Store) -> ipam.Store:
    store.one(ipam.AddVrf("red"))
    store.one(ipam.AddPool("p", "10.0.0.0/24", quarantine_s=60, tags=("edge",), fields={"site": "a"}))
    store.one(ipam.AddPool("kid", "10.0.0.128/25", parent="p"))
    store.one(ipam.Allocate("p", count=5, tags=("b", "a"), fields={"x": "y"}, key="k", lease_s=5))
    store.one(ipam.Release(store.one(ipam.Allocate("kid", device="h")).allocations[0].id))
    return store


def test_a_backup_is_the_store_in_any_database(store: ipam.Store, places: object, tmp_path: Path) -> None:
    filled(store)
    backup(store, tmp_path / "saved.db")
    with pytest.raises(ipam.StoreError, match="there already"):
        backup(store, tmp_path / "saved.db")
    url = places()  # type: ignore[operator]
    restore(tmp_path / "saved.db", url)
    with pytest.raises(ipam.StoreError, match="not empty"):
        restore(tmp_path / "saved.db", url)
    with ipam.open(url) as other:
        assert fsck(other) == []
        assert (pools(other), search(other), audit(other, 3)) == (pools(store), search(store), audit(store, 3))
        assert other.one(ipam.Allocate("p")).allocations[0].text == store.one(ipam.Allocate("p")).allocations[0].text


def test_a_reader_is_told_everything_once_it_acknowledges(store: ipam.Store) -> None:
    filled(store)
    told = news(store, "dns", limit=3)
    assert told == news(store, "dns", limit=3) and len(told) == 3
    everything = []
    while entries := news(store, "dns", limit=2):
        everything += entries
        acknowledge(store, "dns", entries)
    assert [(e.chain, e.seq) for e in everything] == [(e.chain, e.seq) for c in (0, 3, 4) for e in audit(store, c)]
    store.one(ipam.RemovePool("kid"))
    left = [entry.change["do"] for entry in news(store, "dns")]
    assert left == ["remove-pool", "free", "close"]
    acknowledge(store, "dns", told)  # late and again: it does not go back
    assert len(news(store, "dns")) == 3
    assert forget(store, "dns") and not forget(store, "dns")
    assert len(news(store, "dns")) == len(everything) + 3, "a reader of its name begins anew"


def test_a_request_waits_for_somebody_else(store: ipam.Store) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24", approval=True))
    wanted = ipam.Allocate("p", count=2, actor="alice", tags=("x",), fields={"why": "test"})
    outcome = store.one(wanted)
    assert outcome.refusal is not None and outcome.refusal.code == "pending"
    [first, second] = [ask(store, wanted).id or 0, ask(store, wanted).id or 0]
    assert [q.request for q in questions(store)] == [wanted, wanted]
    own = decide(store, first, approve=True, actor="alice")
    assert own.refusal is not None and own.refusal.code == "not-owner"
    assert [a.text for a in decide(store, first, approve=True, actor="bob").allocations] == ["10.0.0.1", "10.0.0.2"]
    assert decide(store, second, approve=False, actor="bob", note="no").ok
    again = decide(store, second, approve=True, actor="bob")
    assert again.refusal is not None and again.refusal.code == "gone"
    assert [q.note for q in questions(store, state="rejected")] == ["no"] and questions(store) == []
    assert [e.change["do"] for e in audit(store, 0)][1:] == ["ask", "ask", "approve", "reject"]
    assert fsck(store) == []


def test_use_is_noted_once_an_hour(store: ipam.Store, clock: Clock) -> None:
    number = store.one(ipam.AddPool("p", "10.0.0.0/24")).id or 0
    for _ in range(6):
        store.one(ipam.Allocate("p", count=10))
        record(store)
        clock.now += 1800
    noted = usage(store, number)
    assert np.diff(noted.at_s).tolist() == [3600.0] * (len(noted.at_s) - 1)
    found = forecast(noted, 256)
    assert found is not None and found.rate_per_s == pytest.approx(20 / 3600)


@given(st.integers(3, 40), st.floats(0.01, 5), st.integers(0, 30))
def test_the_forecast_of_a_line_is_the_line_and_bears_a_wrong_point(n: int, rate: float, wrong: int) -> None:
    at = np.arange(n, dtype=float)
    used = rate * at
    found = forecast(Usage(floats(at), floats(used)), 1000)
    assert found is not None
    assert found.full_s == pytest.approx(1000 / rate) and found.earliest_s <= found.full_s <= found.latest_s
    if n >= 10:
        used[wrong % n] = 1000
        spoiled = forecast(Usage(floats(at), floats(used)), 1000)
        assert spoiled is not None and spoiled.rate_per_s == pytest.approx(rate, rel=1e-6)


def test_a_pool_that_does_not_grow_is_never_full() -> None:
    still = forecast(Usage(floats([0, 1, 2, 3]), floats([5, 5, 5, 5])), 10)
    assert still is not None and math.isinf(still.full_s)
    assert forecast(Usage(floats([0, 1]), floats([0, 1])), 10) is None


def test_anomalies_are_found_and_only_they(store: ipam.Store) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    store.apply(
        [
            ipam.Allocate("p", device="a", mac="02:00:00:00:00:01", dns_name="a.example"),
            ipam.Allocate("p", device="a", mac="02:00:00:00:00:01", dns_name="A.example."),
            ipam.Allocate("p", device="b", mac="02:00:00:00:00:01", dns_name="b.example"),
            ipam.Allocate("p", device="c", mac="02:00:00:00:00:02", dns_name="c.example"),
            ipam.Allocate("p", lease_s=1),
        ]
    )
    rows = allocations(store, 2)
    assert [(found.code, len(found.ids)) for found in duplicate_macs(rows)] == [("duplicate-mac", 3)]
    records = {"a.example.": ["10.0.0.1", "10.0.0.2"], "c.example": ["10.0.0.9"], "d.example": ["10.0.0.8"]}
    assert [f.code for f in dns_drift(rows, records)] == ["dns-missing", "dns-differs", "dns-unknown"]
    later = store.now_ms() + 86_400_000
    found = list(stale(rows, {"10.0.0.1": later - 1000}, later, after_s=3600))
    assert [f.ids for f in found] == [(a.id,) for a in rows[1:4]]
    assert list(growth(Usage(floats(range(9)), floats([0, 2, 4, 6, 8, 10, 12, 14, 17])))) == []


def test_threads_share_commits_and_are_answered_in_turn(store: ipam.Store) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    found: list[str] = []
    with ipam.Committer(store) as line:

        def client() -> None:
            for _ in range(20):
                found.append(line.submit(ipam.Allocate("p")).result(30).allocations[0].text)

        threads = [threading.Thread(target=client) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        waiting = [line.submit(ipam.Allocate("p")) for _ in range(20)]
    order = [future.result(1).allocations[0].lo for future in waiting]
    assert order == sorted(order)
    assert len(set(found)) == 160 and fsck(store) == []


def test_an_error_reaches_all_who_wait(store: ipam.Store) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    with ipam.Committer(store) as line:
        with pytest.raises(AttributeError):
            line.submit("nonsense").result(10)  # type: ignore[arg-type]
        assert line.submit(ipam.Allocate("p")).result(10).ok
