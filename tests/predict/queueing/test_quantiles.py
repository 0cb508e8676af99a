"""Quantiles of bounded rooms and of priorities, against exact decimals, other stations, moments, and simulation."""

from __future__ import annotations

import heapq

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from easterly._kernel import queue
from easterly.predict.queueing import (
    md1,
    mg1,
    mm1,
    mmc,
    mmck,
    non_preemptive,
    non_preemptive_servers,
    preemptive_resume,
    preemptive_servers,
    transforms,
)

LEVELS = (0.5, 0.9, 0.99, 0.999)


def tails(arrival: float, service: float, c: int, K: int, wait: float, time: float) -> tuple[float, float]:
    """P(Wq > wait) and P(W > time) of those who enter, term by term: Erlang waits, and an exponential time behind."""
    with mpmath.workdps(60):
        a, mu = mpmath.mpf(arrival) * service, 1 / mpmath.mpf(service)
        p = [mpmath.mpf(1)]
        for n in range(1, K):
            p.append(p[-1] * a / min(n, c))
        total, nu = sum(p), c * mu
        late = sum(p[n] * mpmath.gammainc(n - c + 1, nu * wait, regularized=True) for n in range(c, K))
        stay = sum(p[:c]) * mpmath.exp(-mu * time)
        for n in range(c, K):
            k = n - c + 1
            if c == 1:
                stay += p[n] * mpmath.gammainc(k + 1, nu * time, regularized=True)
            else:
                stay += p[n] * (mpmath.gammainc(k, nu * time, regularized=True) + (nu / (nu - mu)) ** k
                                * mpmath.exp(-mu * time)
                                * mpmath.gammainc(k, 0, (nu - mu) * time, regularized=True))  # fmt: skip
        return float(late / total), float(stay / total)


@pytest.mark.parametrize(
    ("arrival", "service", "c", "K"),
    [(2.0, 1.0, 1, 3), (0.7, 1.0, 1, 20), (5.0, 0.7, 4, 9), (30.0, 0.5, 12, 40), (3.0, 1.0, 5, 5), (4.0, 1.0, 4, 30)],
)
def test_bounded_rooms(arrival: float, service: float, c: int, K: int) -> None:
    made = mmck(arrival, service, c, K, levels=LEVELS)
    assert made.quantiles == "exact"
    for i, level in enumerate(LEVELS):
        late, stay = tails(arrival, service, c, K, float(made.Wq_at[i]), float(made.W_at[i]))
        assert stay == pytest.approx(1 - level, rel=1e-9)
        assert late == pytest.approx(1 - level, rel=1e-9) if made.Wq_at[i] > 0 else late <= 1 - level


def test_room_for_nearly_all_is_room_for_all() -> None:
    made, wanted = (of.Wq_at for of in (mmck(9.0, 1.0, 10, 10**9, levels=LEVELS), mmc(9.0, 1.0, 10, levels=LEVELS)))
    assert_allclose(made, wanted, rtol=1e-9)
    made, wanted = (of.W_at for of in (mmck(9.0, 1.0, 10, 10**9, levels=LEVELS), mmc(9.0, 1.0, 10, levels=LEVELS)))
    assert_allclose(made, wanted, rtol=1e-9)
    # Always full: the wait is that of all who fit, normal about their number.
    full = mmck(2.0, 1.0, 1, 10**6, levels=(0.5, 0.99))
    assert_allclose(full.Wq_at, [10**6 - 2, 10**6 - 2 + 2.3263 * 1000], rtol=1e-4)
    shape = mmck([[1.0], [2.0]], 1.0, [1, 2, 3], 5, levels=LEVELS)
    assert shape.W_at.shape == (4, 2, 3) and float(shape.W_at[2, 1, 2]) == float(
        mmck(2, 1, 3, 5, levels=LEVELS).W_at[2]
    )
    unknown = mmck(10**6, 1.0, 10**6, 10**7, levels=(0.5,))
    assert np.isnan(unknown.W_at).all() and unknown.quantiles.startswith("not known")


def test_a_single_class_is_no_class() -> None:
    one = non_preemptive([0.7], [1.0], levels=LEVELS)
    assert_allclose(one.Wq_at.ravel(), mm1(0.7, 1, levels=LEVELS).Wq_at, rtol=1e-6)
    assert_allclose(one.W_at.ravel(), mm1(0.7, 1, levels=LEVELS).W_at, rtol=1e-6)
    fixed = non_preemptive([0.7], [1.0], 0, levels=LEVELS)
    assert_allclose(fixed.Wq_at.ravel(), md1(0.7, 1, levels=LEVELS).Wq_at, rtol=1e-5)
    for scv in (0.3, 4.0):
        assert_allclose(non_preemptive([0.7], [1.0], scv, levels=LEVELS).Wq_at.ravel(),
                        mg1(0.7, 1, scv, levels=LEVELS).Wq_at, rtol=1e-5)  # fmt: skip


def test_the_highest_class_feels_nobody_who_yields() -> None:
    made = preemptive_resume([0.5, 0.3], [1.0, 1.5], levels=LEVELS)
    assert_allclose(made.W_at[:, 0], mm1(0.5, 1.0, levels=LEVELS).W_at, rtol=1e-6)
    assert made.Wq_at.size == 0 and made.quantiles == "exact"
    # All classes alike and first come first served below: the busy period of both is that of one queue.
    overloaded = non_preemptive([0.5, 0.7], [1.0, 1.0], levels=(0.9,))
    assert np.isinf(overloaded.W_at[0, 1]) and np.isfinite(overloaded.W_at[0, 0])


@pytest.mark.parametrize("scv", [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.4, 1.0, 3.0]])
@pytest.mark.parametrize("preemptive", [False, True])
def test_transforms_have_the_means_of_cobham(scv: list[float], preemptive: bool) -> None:
    rate, mean = np.array([0.2, 0.3, 0.1]), np.array([1.0, 0.8, 2.0])
    wanted = (preemptive_resume if preemptive else non_preemptive)(rate, mean, scv)
    s = np.array([1e-5 + 0j])
    for k, one in enumerate(transforms.classes(rate, mean, np.array(scv), preemptive=preemptive)):
        assert one is not None
        stay = one.interrupted if preemptive else one.stay
        assert float(((1 - stay(s)) / s).real[0]) == pytest.approx(float(wanted.W[k]), rel=1e-3)


def test_the_highest_class_where_a_lower_one_is_too_much() -> None:
    """The server is never idle, and what it leaves to the lower class fills it: mean residual and all."""
    made = non_preemptive([0.5, 0.7], [1.0, 1.0])
    one = transforms.classes(np.array([0.5, 0.7]), np.ones(2), np.ones(2), preemptive=False)[0]
    assert one is not None
    s = np.array([1e-5 + 0j])
    assert float(((1 - one.wait(s)) / s).real[0]) == pytest.approx(float(made.Wq[0]), rel=1e-3)


def test_a_class_that_nobody_is_of_takes_no_time_however_it_varies() -> None:
    arrival, scv = [0.0, 0.5, 0.0], [np.inf, 1.0, np.inf]
    assert_allclose(non_preemptive(arrival, 1.0, scv).Wq, [0.5, 1.0, 2.0])
    assert_allclose(preemptive_resume(arrival, 1.0, scv).W, [1.0, 2.0, 4.0])


def test_gamma_tails_end_where_rounding_goes_round() -> None:
    at = float(queue.phases_quantile(np.array([1 - 2**-53]), np.array([0, 1]), np.ones(1), np.array([1e-12]))[0])
    assert at > 1e16


def test_plain_exponentials() -> None:
    z = np.array([0.3 + 0.1j, -40 + 1e4j, 5 - 3.7j, 0j])
    assert_allclose(transforms.exp_of(z), np.exp(z), rtol=1e-11)
    assert transforms.beyond(transforms.service(1.0, 0.0), 0.9) == pytest.approx(1.0, abs=0.02)
    with pytest.raises(ValueError, match=r"up to 0\.999999"):
        non_preemptive([0.5], [1.0], levels=(0.9999999,))


def simulated(rate: list[float], mean: list[float], fixed: bool, preemptive: bool, customers: int) -> list[np.ndarray]:
    """Times in the system by class, of one server by events."""
    draw = np.random.default_rng(7)
    total = sum(rate)
    at = np.cumsum(draw.exponential(1 / total, customers))
    kind = draw.choice(len(rate), customers, p=np.array(rate) / total)
    need = np.array(mean)[kind] * (1.0 if fixed else draw.exponential(1.0, customers))
    times: list[list[float]] = [[] for _ in rate]
    waiting: list[tuple[int, int, float]] = []
    now, i = 0.0, 0
    while i < customers or waiting:
        if not waiting:
            now = max(now, at[i])
        while i < customers and at[i] <= now:
            heapq.heappush(waiting, (int(kind[i]), i, float(need[i])))
            i += 1
        which, who, left = heapq.heappop(waiting)
        if preemptive and i < customers and at[i] < now + left:
            heapq.heappush(waiting, (which, who, left - (at[i] - now)))
            now = at[i]
            continue
        now += left
        times[which].append(now - at[who])
    return [np.array(t) for t in times]


@pytest.mark.no_cover
@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("preemptive", [False, True])
def test_simulated_priorities(fixed: bool, preemptive: bool) -> None:
    rate, mean = [0.3, 0.3], [1.0, 1.2]
    made = (preemptive_resume if preemptive else non_preemptive)(rate, mean, 0.0 if fixed else 1.0, levels=(0.9, 0.99))
    for k, seen in enumerate(simulated(rate, mean, fixed, preemptive, 300_000)):
        for j, level in enumerate((0.9, 0.99)):
            share = float((seen > made.W_at[j, k]).mean())
            assert share == pytest.approx(1 - level, rel=0.04 if level == 0.9 else 0.12)


@pytest.mark.parametrize(("arrival", "c"), [(0.3, 1), (15.0, 10), (1.99, 2), (400.0, 401), (1e-3, 4)])
def test_one_class_of_several_servers_is_an_mmc(arrival: float, c: int) -> None:
    made, plain = non_preemptive_servers([arrival], 1.0, c, levels=LEVELS), mmc(arrival, 1.0, c, levels=LEVELS)
    assert_allclose(made.Wq_at[:, 0], plain.Wq_at, rtol=2e-5, atol=1e-12)
    assert_allclose(made.W_at[:, 0], plain.W_at, rtol=2e-5)


@pytest.mark.no_cover
@pytest.mark.parametrize("low", [[0.5], [0.2, 0.29], [0.998], [3.0], [0.0]])
def test_the_highest_class_of_several_servers_waits_exponentially(low: list[float]) -> None:
    """P(Wq > t) = C exp(-(c mu - lambda_1) t), by partial fractions of its transform; C is 1 under overload."""
    made = non_preemptive_servers([1.0, *low], 1.0, 2, levels=LEVELS)
    waits = mmc(1.0 + sum(low), 1.0, 2).P_wait
    assert_allclose(made.Wq_at[:, 0], [max(np.log(waits / (1 - level)), 0.0) for level in LEVELS], rtol=2e-5)
    assert (np.isinf(made.Wq_at[:, -1]) == (sum(low) >= 1)).all()


def test_one_server_of_several_is_the_one_server() -> None:
    rate = [0.2, 0.3, 0.35]
    several, one = non_preemptive_servers(rate, 1.0, 1, levels=LEVELS), non_preemptive(rate, 1.0, levels=LEVELS)
    assert_allclose(several.Wq_at, one.Wq_at, rtol=1e-6)
    assert_allclose(several.W_at, one.W_at, rtol=1e-6)


def test_waits_of_several_servers_have_the_means_of_cobham() -> None:
    """The mean is the integral of the tail, by Gauss's quadrature on transforms inverted one by one."""
    rate, c = np.array([1.0, 0.6, 0.5]), 3
    made = non_preemptive_servers(rate, 1.0, c)
    points, weights = np.polynomial.legendre.leggauss(40)
    ones = transforms.classes(rate, np.full(3, 1 / c), np.ones(3), preemptive=False)
    for k, one in enumerate(ones):
        assert one is not None
        end = 60 * float(made.Wq[k])
        u = (points + 1) / 2  # t = end u^3, as tails fall fastest at the start
        tail = np.array([transforms.beyond(one.wait, end * x**3) for x in u])
        mean = float((weights / 2 * tail * 3 * u**2 * end).sum()) * float(made.P_wait[k]) / (1 - one.idle)
        assert mean == pytest.approx(float(made.Wq[k]), rel=1e-4)


def simulated_servers(rate: list[float], servers: int, customers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Class and wait of each customer, of exponential services of mean 1, by events."""
    draw = np.random.default_rng(seed)
    at = np.cumsum(draw.exponential(1 / sum(rate), customers)).tolist()
    kind = draw.choice(len(rate), customers, p=np.array(rate) / sum(rate)).tolist()
    need = draw.exponential(1.0, customers).tolist()
    wait, busy, line = np.zeros(customers), list[float](), list[tuple[int, int]]()
    for i, now in enumerate(at):
        while busy and busy[0] <= now:
            end = heapq.heappop(busy)
            if line:
                who = heapq.heappop(line)[1]
                wait[who] = end - at[who]
                heapq.heappush(busy, end + need[who])
        if len(busy) < servers:
            heapq.heappush(busy, now + need[i])
        else:
            heapq.heappush(line, (kind[i], i))
    return np.array(kind), wait


@pytest.mark.no_cover
def test_simulated_priorities_at_several_servers() -> None:
    """Shares beyond the quantiles, in eight independent runs: within four standard errors, and those are small."""
    rate, servers, runs = [1.0, 0.8, 0.6], 3, 8
    made = non_preemptive_servers(rate, 1.0, servers, levels=(0.9, 0.99))
    seen = np.zeros((runs, 2, 3))
    for run in range(runs):
        kind, wait = simulated_servers(rate, servers, 60_000, run)
        kept = slice(1_000, 55_000)  # neither the first, who find nobody, nor the last, who may still wait
        for k in range(3):
            of = wait[kept][kind[kept] == k]
            seen[run, :, k] = [(of > made.Wq_at[j, k]).mean() for j in range(2)]
    mean, error = seen.mean(axis=0), seen.std(axis=0, ddof=1) / np.sqrt(runs)
    wanted = np.array([0.1, 0.01])[:, None]
    assert (np.abs(mean - wanted) < 4 * error).all()
    assert (error < 0.15 * wanted).all()


def test_interrupted_classes_of_several_servers_have_no_quantiles_but_the_highest() -> None:
    made = preemptive_servers([1.0, 0.5], 1.0, 2, levels=LEVELS)
    assert_allclose(made.W_at[:, 0], mmc(1.0, 1.0, 2, levels=LEVELS).W_at)
    assert np.isnan(made.W_at[:, 1]).all() and "no formula" in made.quantiles
