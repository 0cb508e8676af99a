"""Random histories of batches against a pool that is a set; every answer and every address has to agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select
from tests.address.conftest import Clock
from tests.address.ipam.sets import Sets

from easterly.address import ipam
from easterly.address.ipam import schema
from easterly.address.ipam.connect import reading
from easterly.address.ipam.fsck import fsck
from easterly.address.ipam.pages import allocations

FIRST = 0x0A000000
CODES = {"host", "block", "sparse", "named", "range", "renew", "release", "keyed"}
OPERATION = st.tuples(
    st.sampled_from(sorted(CODES)),
    st.integers(0, 63),
    st.integers(0, 5),
    st.sampled_from([None, 10, 100]),
)


class History(RuleBasedStateMachine):
    """Operations in batches, time that passes, reclaim."""

    place: Callable[[], str]

    @initialize(quarantine_s=st.sampled_from([0, 50]))
    def begin(self, quarantine_s: int) -> None:
        self.clock = Clock()
        self.store = ipam.init(type(self).place(), clock=self.clock)
        self.pool = self.store.one(ipam.AddPool("p", "10.0.0.0/26", quarantine_s=quarantine_s)).id or 0
        self.sets = Sets(FIRST, FIRST + 63, quarantine_s * 1000)

    @rule(operations=st.lists(OPERATION, min_size=1, max_size=5))
    def batch(self, operations: list[tuple[str, int, int, int | None]]) -> None:
        pairs = [getattr(self, verb)(n, size, lease_s) for verb, n, size, lease_s in operations]
        outcomes = self.store.apply([request for request, _ in pairs])
        for outcome, (request, expected) in zip(outcomes, pairs, strict=True):
            got = outcome.refusal.code if outcome.refusal else [(a.lo, a.hi) for a in outcome.allocations]
            assert got == expected, request

    @rule(seconds=st.sampled_from([1, 10, 60, 200]))
    def wait(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(limit=st.sampled_from([1, 3, 100]))
    def reclaim(self, limit: int) -> None:
        assert self.store.reclaim(limit) == self.sets.reclaim(self.store.now_ms(), limit)

    def _until(self, lease_s: int | None) -> int | None:
        return None if lease_s is None else self.store.now_ms() + lease_s * 1000

    def _give(self, runs: list[tuple[int, int]] | None, lease_s: int | None, no: str = "exhausted") -> object:
        for run in runs or []:
            self.sets.add(*run, self._until(lease_s))
        return no if runs is None else runs

    def host(self, _: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        found = self.sets.hosts(size + 1)
        runs = None if found is None else [(n, n) for n in found]
        return ipam.Allocate("p", count=size + 1, lease_s=lease_s), self._give(runs, lease_s)

    def block(self, n: int, size: int, lease_s: int | None, sparse: bool = False) -> tuple[ipam.Request, object]:
        at = (self.sets.sparse if sparse else self.sets.block)(1 << size)
        runs = None if at is None else [(at, at + (1 << size) - 1)]
        request = ipam.Allocate(self.pool, prefix_length=32 - size, sparse=sparse, lease_s=lease_s)
        return request, self._give(runs, lease_s)

    def sparse(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        return self.block(n, size, lease_s, sparse=True)

    def named(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        request = ipam.Allocate("p", address=f"10.0.0.{n}", lease_s=lease_s)
        if n in (0, 63):
            return request, "excluded"
        runs = [(FIRST + n, FIRST + n)] if FIRST + n in self.sets.free else None
        return request, self._give(runs, lease_s, "conflict")

    def range(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        lo, hi = FIRST + n, FIRST + min(63, n + size)
        runs = [(lo, hi)] if self.sets.free.issuperset(range(lo, hi + 1)) else None
        request = ipam.Allocate("p", first=f"10.0.0.{n}", last=f"10.0.0.{min(63, n + size)}", lease_s=lease_s)
        return request, self._give(runs, lease_s, "conflict")

    def keyed(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        request = ipam.Allocate("p", key=f"key-{size}", lease_s=50)
        earlier = self.sets.keyed(f"key-{size}")
        if earlier is not None:
            return request, [(self.sets.held[earlier].lo, self.sets.held[earlier].hi)]
        found = self.sets.hosts(1)
        if found is None:
            return request, "exhausted"
        self.sets.add(found[0], found[0], self._until(50), f"key-{size}")
        return request, [(found[0], found[0])]

    def _one(self, n: int) -> tuple[int, object]:
        """A number that was given before, and what is to be expected of it."""
        number = n % max(1, self.sets.given)
        held = self.sets.held.get(number)
        said = "gone" if held is None else "expired" if held.state == "quarantined" else [(held.lo, held.hi)]
        return number, said

    def renew(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        number, said = self._one(n)
        if isinstance(said, list) and lease_s is not None:
            held = self.sets.held[number]
            self.sets.held[number] = type(held)(held.lo, held.hi, "held", self._until(lease_s), held.key)
        return ipam.Renew((self.pool << 32) + number, lease_s), said

    def release(self, n: int, size: int, lease_s: int | None) -> tuple[ipam.Request, object]:
        number, said = self._one(n)
        if isinstance(said, list):
            self.sets.retire(number, self.store.now_ms())
        return ipam.Release((self.pool << 32) + number), said

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store as store:
            got = {a.id & 0xFFFFFFFF: (a.lo, a.hi, a.state, a.until_ms, a.key) for a in allocations(store, self.pool)}
            assert got == {n: (h.lo, h.hi, h.state, h.until_ms, h.key) for n, h in self.sets.held.items()}
            with reading(store.engine) as connection:
                rows = connection.execute(select(schema.free.c.lo, schema.free.c.hi).order_by(schema.free.c.lo))
                free = [(int.from_bytes(lo, "big"), int.from_bytes(hi, "big")) for lo, hi in rows]
            assert free == self.sets.runs()
            assert fsck(store) == []


def test_any_history_agrees_with_a_set(places: Callable[[], str]) -> None:
    machine = type("Machine", (History,), {"place": staticmethod(places)})
    quick = settings(
        max_examples=16, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        derandomize=True,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=quick)


@pytest.mark.slow
def test_any_long_history_agrees_with_a_set(places: Callable[[], str]) -> None:
    machine = type("Machine", (History,), {"place": staticmethod(places)})
    long = settings(max_examples=300, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=long)
