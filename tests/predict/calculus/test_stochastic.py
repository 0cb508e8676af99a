"""Bounds of percentiles, against exact tails of queues, brute sums, and a simulated tandem."""

from __future__ import annotations

import dataclasses
import math
from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import expm
from scipy.stats import norm

from easterly._kernel import queue
from easterly.predict.calculus import envelopes, stochastic
from easterly.predict.calculus.envelopes import Envelope
from easterly.predict.calculus.stochastic import Fractional, Server, Tandem

THETA = np.array([0.01, 0.1, 0.5, 2.0])


def remembering(of: Envelope) -> Envelope:
    """The same, as if its increments depended on each other: bounds by a union."""
    return dataclasses.replace(of, fresh=False)


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_above_the_exact_tails_and_as_steep(rho: float) -> None:
    """M/M/1: rho exp(-(1 - rho) d); M/D/1: Erlang's, as the kernel has it."""
    random, fixed = envelopes.packets(rho, 1.0, exponential=True), envelopes.packets(rho, 1.0)
    at = np.array([5.0, 10.0, 20.0]) / (1 - rho)
    exact = rho * np.exp(-(1 - rho) * at)
    made = np.array([Tandem(random, (Server(1.0),)).delay_beyond(d) for d in at])
    assert_allclose(made / exact, 1 / rho, rtol=1e-6)
    exact = queue.md1_beyond(np.full(3, rho), at)
    made = np.array([Tandem(fixed, (Server(1.0),)).delay_beyond(d) for d in at])
    assert (made >= exact).all()
    assert_allclose(np.log(made[1:] / made[:-1]), np.log(exact[1:] / exact[:-1]), rtol=1e-5)


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_a_union_costs_a_factor_but_no_slope(rho: float) -> None:
    flow = Tandem(remembering(envelopes.packets(rho, 1.0, exponential=True)), (Server(1.0),))
    near, far = 100 / (1 - rho), 200 / (1 - rho)
    ratio = math.log(flow.delay_beyond(near) / flow.delay_beyond(far))
    assert flow.delay_beyond(near) > rho * math.exp(-(1 - rho) * near)
    assert ratio == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize(("peak", "on", "off"), [(3.0, 1.0, 4.0), (1.5, 2.0, 2.0), (10.0, 0.1, 2.0)])
def test_fluid_of_an_on_off_source(peak: float, on: float, off: float) -> None:
    """Exact: P(Q > b) = mean / C exp(-(1 / on / (peak - C) - 1 / off / C) b) (Anick et al. 1982, one source)."""
    source = envelopes.on_off(peak, on, off)
    decay = 1 / on / (peak - 1) - 1 / off
    for b in (10 / decay, 30 / decay):
        made = Tandem(source, (Server(1.0),)).backlog_beyond(b)
        assert made >= source.mean_Bps * math.exp(-decay * b)
    near, far = (Tandem(source, (Server(1.0),)).backlog_beyond(k / decay) for k in (300, 600))
    assert math.log(near / far) == pytest.approx(300, rel=0.01)


def test_generating_functions() -> None:
    """Each envelope holds for every length; that of a chain by the exponential of its matrix."""
    lengths = np.concatenate((np.linspace(0.001, 3, 40), [10.0]))
    peak, on, off = 2.0, 1.0, 3.0
    source = envelopes.on_off(peak, on, off)
    Q = np.array([[-1 / off, 1 / off], [1 / on, -1 / on]])
    start = np.array([off, on]) / (on + off)
    for theta in THETA:
        bound = theta * (source.sigma(THETA) + np.outer(lengths, source.rho(THETA)))[:, theta == THETA].ravel()
        exact = [math.log(start @ expm((Q + theta * np.diag([0, peak])) * t) @ np.ones(2)) for t in lengths]
        assert (bound >= np.array(exact) - 1e-12).all()
        ahead = [math.log(start @ expm((Q + theta * np.diag([0, peak])) * t) @ np.ones(2)) for t in (40.0, 41.0)]
        assert theta * source.rho(np.array([theta]))[0] == pytest.approx(ahead[1] - ahead[0], rel=1e-9)
    train = envelopes.periodic(1.5, 0.7)
    turns = lengths / 0.7
    exact = 1.5 * np.floor(turns)[:, None] + np.log1p((turns % 1)[:, None] * np.expm1(THETA * 1.5)) / THETA
    bound = train.sigma(THETA) + np.outer(lengths, train.rho(THETA))
    assert (bound >= exact - 1e-12).all() and ((bound - exact).min(axis=0) < 0.02).all()
    assert_allclose(envelopes.packets(3.0, 2.0).rho(THETA), 1.5 * np.expm1(2 * THETA) / THETA, rtol=1e-12)
    assert_allclose(envelopes.expm1(np.array([-700.0, -1e-3, 1e-9, 0.0099, 0.0101, 3.0])),
                    np.expm1([-700.0, -1e-3, 1e-9, 0.0099, 0.0101, 3.0]), rtol=1e-13)  # fmt: skip


@pytest.mark.parametrize("hops", [1, 2, 3, 5])
@pytest.mark.parametrize("least", [1, 4])
def test_splits_of_slots(hops: int, least: int) -> None:
    """Counted out: so many ways to put the borders of the hops among m slots."""
    x = 0.7
    wanted = sum(
        sum(1 for _ in combinations_with_replacement(range(m + 1), hops - 1)) * math.exp(-x * m)
        for m in range(least, 40)
    )
    made = stochastic._splits(np.array([[x]]), np.array([[float(least)]]), hops)
    assert math.exp(made[0, 0]) == pytest.approx(wanted, rel=1e-6)


def simulated(rho: float, cross: float, hops: int, slots: int, seed: int) -> tuple[np.ndarray, float]:
    """Slotted: packets of size 1 through `hops` links that serve the cross traffic first. Waits, and the slot."""
    step = 0.25
    draw = np.random.default_rng(seed)
    come = draw.poisson(rho * step, slots).astype(float)
    others = draw.poisson(cross * step, (hops, slots)).astype(float)
    leave = come
    for k in range(hops):
        total = np.cumsum(leave)
        first = np.cumsum(others[k] - step)
        used = others[k] - np.diff(first - np.minimum.accumulate(np.minimum(first, 0)), prepend=0)  # what it sends
        room = np.cumsum(step - used)
        gap = np.minimum.accumulate(np.minimum(total - room, 0))
        leave = np.diff(np.minimum(total, room + gap), prepend=0)
    arrived, left = np.cumsum(come), np.cumsum(leave)
    out = np.searchsorted(left, arrived - 1e-6)
    return (out - np.arange(slots))[: slots - 4000] * step, step


@pytest.mark.parametrize("hops", [1, 3])
def test_a_simulated_tandem_stays_below(hops: int) -> None:
    waits, step = simulated(0.35, 0.35, hops, 400_000, hops)
    server = Server(1.0, 0.0, envelopes.packets(0.35, 1.0))
    flow = Tandem(envelopes.packets(0.35, 1.0), (server,) * hops)
    for share in (0.1, 0.01, 0.001):
        bound, seen = flow.delay_s(share), float(np.quantile(waits, 1 - share))
        assert seen <= bound + step
        assert bound < (4 if hops == 1 else 9) * (seen + 1)


def test_dependent_sources() -> None:
    """Twice the same source is one of packets twice as large, exactly; taken as independent, it looks better."""
    one = envelopes.packets(0.3, 1.0, exponential=True)
    exact = Tandem(envelopes.packets(0.6, 2.0, exponential=True), (Server(1.0),))
    safe = Tandem(envelopes.together(one, one, dependent=True), (Server(1.0),))
    wrong = Tandem(envelopes.together(one, one), (Server(1.0),))
    for d in (20.0, 60.0):
        assert wrong.delay_beyond(d) < 0.6 * math.exp(-0.2 * d) <= exact.delay_beyond(d) <= safe.delay_beyond(d)
    cross = Server(1.0, 0.0, one)
    assert Tandem(one, (cross,), True).delay_s(0.01) > Tandem(one, (cross,)).delay_s(0.01)
    ratio = math.log(safe.delay_beyond(400.0) / safe.delay_beyond(800.0)) / 400
    assert ratio == pytest.approx(0.2, rel=0.05)  # as steep as the truth, which is the worst case


@pytest.mark.no_cover
def test_servers_in_a_row() -> None:
    flow = remembering(envelopes.packets(0.5, 1.0))
    plain = Tandem(flow, (Server(2.0, 1.0), Server(1.0, 2.0), Server(1.5)))
    assert plain.delay_s(0.01) == pytest.approx(3 + Tandem(flow, (Server(1.0),)).delay_s(0.01), rel=1e-3)
    shared = Server(1.0, 0.0, envelopes.packets(0.3, 1.0))
    waits = [Tandem(flow, (shared,) * n).delay_s(0.01) for n in (1, 2, 4, 8)]
    assert all(a < b for a, b in pairwise(waits)) and waits[3] < 3 * waits[2]
    assert [Tandem(flow, (shared,)).delay_beyond(0.0), Tandem(flow, (shared,)).backlog_beyond(0.0)] == [1.0, 1.0]


def test_what_a_bucket_holds() -> None:
    """Certain bounds are the limit of probable ones; many buckets with phases at random stay far below their sum."""
    bucket = Tandem(envelopes.token_bucket(0.5, 10.0), (Server(1.0),))
    assert 10.0 < bucket.delay_s(1e-6) < 10.1 and bucket.backlog_beyond(10.1) < 1e-40
    trains = Tandem(envelopes.many(100, envelopes.periodic(1.0, 200.0)), (Server(1.0),))
    assert trains.delay_s(1e-6) < 30
    same = envelopes.together(*[envelopes.periodic(1.0, 200.0)] * 100)
    assert Tandem(same, (Server(1.0),)).delay_s(1e-6) == pytest.approx(trains.delay_s(1e-6), rel=1e-9)


@pytest.mark.parametrize("hurst", [0.5, 0.7, 0.85])
def test_long_memory(hurst: float) -> None:
    """Not below the likeliest stretch alone (Norros 1994); without memory, not below the exact tail."""
    of = Fractional(100.0, 10.0, hurst)
    for link, backlog in ((110.0, 40.0), (130.0, 30.0), (130.0, 90.0)):
        t = backlog / (link - 100) * hurst / (1 - hurst)
        least = norm.sf((backlog + (link - 100) * t) / (10 * t**hurst))
        made = of.backlog_beyond(link, backlog)
        assert least <= made <= 1
        if hurst == 0.5:
            assert made >= math.exp(-2 * (link - 100) * backlog / 100)
    assert of.backlog_beyond(130.0, of.delay_s(130.0, 1e-4) * 130) == pytest.approx(1e-4, rel=1e-4)
    smooth = Tandem(envelopes.gaussian(100.0, 10.0), (Server(130.0),))
    assert smooth.backlog_beyond(20.0) == pytest.approx(math.exp(-2 * 30 * 20 / 100), rel=1e-6)


def test_what_has_no_bound() -> None:
    one = envelopes.packets(1.0, 1.0)
    with pytest.raises(ValueError, match="server 2 of 2 gets 8b/s on average and serves 8b/s"):
        Tandem(one, (Server(2.0), Server(1.0)))
    with pytest.raises(ValueError, match="at least one server"):
        Tandem(one, ())
    with pytest.raises(ValueError, match="no probability"):
        Tandem(one, (Server(2.0),)).delay_s(1.0)
    with pytest.raises(ValueError, match="not above the mean rate"):
        Fractional(1.0, 1.0, 0.8).backlog_beyond(1.0, 1.0)
    for wrong in (lambda: envelopes.packets(0, 1), lambda: envelopes.many(0, one), lambda: Server(0.0),
                  lambda: Fractional(1, 1, 1), envelopes.together):  # fmt: skip
        with pytest.raises(ValueError, match=r"above 0|at least one"):
            wrong()
