"""One server with any service times, against chains, exact decimals, Lindley's recursion and conservation laws."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from easterly.predict.queueing import finite, general, service, shared, tails
from easterly.predict.queueing.markov import mmck
from predict.queueing.chains import stationary


def crommelin(rho: str, wait: str) -> float:
    """P(Wq <= t) of an M/D/1 by Erlang's alternating sum, with 250 digits so that nothing cancels."""
    with localcontext() as context:
        context.prec = 250
        load, t = Decimal(rho), Decimal(wait)
        total, factorial = Decimal(0), Decimal(1)
        for k in range(int(t) + 1):
            factorial *= max(k, 1)
            x = load * (k - t)
            total += (x**k if k else 1) / factorial * (-x).exp()
        return float(1 - (1 - load) * total)


@pytest.mark.parametrize("rho", ["0.05", "0.3", "0.7", "0.9", "0.99"])
@pytest.mark.parametrize("wait", ["0", "0.25", "0.999", "1", "2.5", "7", "19.75", "60.5"])
def test_tails_of_fixed_times_are_erlangs(rho, wait):
    from easterly._kernel import queue

    ours = float(queue.md1_beyond(np.array([float(rho)]), np.array([float(wait)]))[0])
    assert ours == pytest.approx(crommelin(rho, wait), rel=1e-9, abs=1e-280)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.98), st.floats(0.02, 0.98).map(lambda share: 1 - share))
def test_quantiles_of_fixed_times_turn_the_tail_round(rho, level):
    from easterly._kernel import queue

    at = general.md1(rho / 2, 2.0, levels=(level,))
    wait = float(at.Wq_at[0]) / 2
    beyond = float(queue.md1_beyond(np.array([rho]), np.array([wait]))[0])
    assert beyond <= 1 - level + 1e-9
    if wait > 0:
        before = float(queue.md1_beyond(np.array([rho]), np.array([wait * (1 - 1e-9)]))[0])
        assert before >= 1 - level - 1e-9


def wait_of_phases(rho: float, start: np.ndarray, moves: np.ndarray, time: float) -> float:
    """P(Wq > t) at an M/PH/1 of mean service 1: itself of phase type, by a matrix exponential (Neuts 1981)."""
    exits = -moves.sum(axis=1)
    residual = np.linalg.solve(-moves.T, start)
    residual = residual / residual.sum()
    both = moves + rho * np.outer(exits, residual)
    return float(rho * residual @ expm(both * time) @ np.ones(len(start)))


def mixed_erlang(scv: float) -> tuple[np.ndarray, np.ndarray]:
    """k - 1 or k phases: the law of Tijms, found here from its two moments by bisection."""
    k = math.ceil(1 / scv - 1e-12)
    low, high = 0.0, 1.0
    for _ in range(200):
        p = (low + high) / 2
        mean, square = k - p, p * (k - 1) * k + (1 - p) * k * (k + 1)
        low, high = (p, high) if square / mean**2 - 1 < scv else (low, p)
    start = np.zeros(k)
    start[0], start[min(1, k - 1)] = 1 - p, p if k > 1 else 1.0
    nu = k - p if k > 1 else 1.0
    return start, nu * (np.diag(np.ones(k - 1), 1) - np.eye(k))


@pytest.mark.parametrize("scv", [1.0, 0.5, 0.37, 0.2, 0.06])
@pytest.mark.parametrize("rho", [0.1, 0.6, 0.95])
def test_quantiles_up_to_a_variation_of_one_are_those_of_mixed_erlang_times(scv, rho):
    start, moves = mixed_erlang(scv)
    at = general.mg1(rho / 3, 3.0, scv, levels=(0.45, 0.95, 0.9999))
    for level, wait in zip(at.levels, at.Wq_at, strict=True):
        beyond = wait_of_phases(rho, start, moves, float(wait) / 3)
        assert beyond == pytest.approx(1 - level, rel=1e-7) if wait > 0 else beyond <= 1 - level


@pytest.mark.parametrize(("means", "weight"), [((1.0, 5.0), 0.7), ((0.2, 3.0), 0.9), ((0.5, 50.0), 0.99)])
@pytest.mark.parametrize("rho", [0.2, 0.8, 0.97])
def test_quantiles_with_three_moments_are_exact_for_two_exponential_times(means, weight, rho):
    law = service.Hyperexponential((weight, 1 - weight), means)
    start = np.array([weight, 1 - weight])
    moves = np.diag([-law.mean / m for m in means])
    at = general.mg1(rho / law.mean, law, levels=(0.5, 0.99, 0.99999))
    for level, wait in zip(at.levels, at.Wq_at, strict=True):
        beyond = wait_of_phases(rho, start, moves, float(wait) / law.mean)
        assert beyond == pytest.approx(1 - level, rel=1e-6) if wait > 0 else beyond <= 1 - level


def test_exponential_service_is_the_same_by_every_road():
    from easterly.predict.queueing.markov import mm1

    levels = (0.3, 0.9, 0.999)
    for rho in (0.05, 0.5, 0.99):
        plain = mm1(rho, 1, levels=levels).Wq_at
        phases = general.mg1(rho, 1, np.nextafter(1.0, 0), levels=levels).Wq_at
        two = general.mg1(rho, 1, 1 + 1e-9, levels=levels).Wq_at
        assert phases == pytest.approx(plain, rel=1e-6)
        assert two == pytest.approx(plain, rel=1e-6)


def lindley(rng: np.random.Generator, arrival: float, services: np.ndarray) -> np.ndarray:
    """Waits in order of arrival: the running minimum of a random walk."""
    steps = np.concatenate(([0.0], services[:-1] - rng.exponential(1 / arrival, services.size - 1)))
    walk = np.cumsum(steps)
    return walk - np.minimum.accumulate(walk)


@pytest.mark.parametrize(
    ("scv", "draw"),
    [
        (0.0, lambda rng, n: np.ones(n)),
        (1 / 3, lambda rng, n: rng.uniform(0, 2, n)),
        (0.25, lambda rng, n: rng.gamma(4, 0.25, n)),
        (4.0, lambda rng, n: rng.lognormal(-0.5 * np.log(5), np.log(5) ** 0.5, n)),
    ],
)
def test_means_are_those_of_simulated_queues(scv, draw):
    rng = np.random.default_rng(20)
    means = np.array([lindley(rng, 0.7, draw(rng, 100_000)).mean() for _ in range(12)])
    error = means.std(ddof=1) / math.sqrt(means.size)
    assert float(general.mg1(0.7, 1, scv).Wq) == pytest.approx(means.mean(), abs=4 * error)


def test_batches_are_simulated_batches():
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 6, 120_000)  # mean 3, variance 2
    services = rng.gamma(2, 0.5, sizes.sum())
    ends = np.cumsum(sizes)
    of_batch = np.add.reduceat(services, ends - sizes)
    first = lindley(rng, 0.2, of_batch)
    inside = np.cumsum(services) - services
    waits = np.repeat(first - inside[ends - sizes], sizes) + inside
    parts = waits.reshape(-1)[: waits.size // 20 * 20].reshape(20, -1).mean(axis=1)
    at = general.mxg1(0.2, 1, 0.5, 3, 2 / 9)
    assert float(at.Wq) == pytest.approx(waits.mean(), abs=4 * parts.std(ddof=1) / math.sqrt(20))
    single = general.mxg1(0.5, 1, 0.3, 1, 0)
    assert float(single.Wq) == pytest.approx(float(general.mg1(0.5, 1, 0.3).Wq))


def test_vacations_are_simulated_vacations():
    rng, now, free, waits = np.random.default_rng(9), 0.0, 0.0, []
    for _ in range(150_000):
        now += rng.exponential(2.0)
        while free < now:
            free += rng.uniform(0, 4)  # away again, as nobody waits
        waits.append(free - now)
        free += rng.gamma(2, 0.5)
    parts = np.array(waits).reshape(20, -1).mean(axis=1)
    at = general.mg1_vacations(0.5, 1, 0.5, 2, 1 / 3)
    assert float(at.Wq) == pytest.approx(parts.mean(), abs=4 * parts.std(ddof=1) / math.sqrt(20))


def numbers_of_phases(rho: float, places: int, start: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Law of the number at an M/PH/1/K: customers times phases as one chain, by Kronecker products."""
    phases, exits = len(start), -moves.sum(axis=1)
    size = 1 + places * phases
    made = np.zeros((size, size))
    made[0, 1 : 1 + phases] = rho * start
    for n in range(1, places + 1):
        here = slice(1 + (n - 1) * phases, 1 + n * phases)
        made[here, here] += moves - np.diag(np.diag(moves))
        if n < places:
            made[here, slice(here.stop, here.stop + phases)] = rho * np.eye(phases)
        if n > 1:
            made[here, slice(here.start - phases, here.start)] = np.outer(exits, start)
        else:
            made[here, 0] = exits
    np.fill_diagonal(made, 0.0)
    np.fill_diagonal(made, -made.sum(axis=1))
    p = stationary(made)
    return np.concatenate(([p[0]], p[1:].reshape(places, phases).sum(axis=1)))


@pytest.mark.parametrize("scv", [0.2, 0.5, 1.0, 3.0])
@pytest.mark.parametrize(("rho", "places"), [(0.4, 1), (0.9, 4), (1.0, 7), (1.7, 5), (0.6, 20)])
def test_a_bounded_room_is_its_chain_of_phases(scv, rho, places):
    law = service.balanced(1.0, max(scv, 1.0))
    two = (np.array(law.weights), -np.diag(1 / np.array(law.means)))
    by_number = numbers_of_phases(rho, places, *(two if scv > 1 else mixed_erlang(scv)))
    made = finite.mg1k(rho, 1.0, places, scv)
    assert float(made.P_loss) == pytest.approx(by_number[-1], rel=1e-6, abs=1e-12)
    assert float(made.L) == pytest.approx(by_number @ np.arange(places + 1), rel=1e-8)
    assert float(made.rho) == pytest.approx(1 - by_number[0], rel=1e-8)


@pytest.mark.no_cover
@pytest.mark.parametrize(("rho", "places"), [(0.8, 3), (1.2, 5)])
def test_a_bounded_room_of_fixed_times(rho, places):
    rng, ends, lost, n = np.random.default_rng(3), [], 0, 200_000
    now = 0.0
    for _ in range(n):
        now += rng.exponential(1 / rho)
        while ends and ends[0] <= now:
            ends.pop(0)
        if len(ends) >= places:
            lost += 1
        else:
            ends.append(max(now, ends[-1] if ends else now) + 1.0)
    share = lost / n
    made = finite.mg1k(rho, 1.0, places, 0.0)
    assert float(made.P_loss) == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / n) * 2)


def test_rare_losses_keep_their_digits():
    for rho, places in ((0.5, 40), (0.8, 80), (0.1, 12)):
        assert float(finite.mg1k(rho, 1, places).P_loss) == pytest.approx(
            float(mmck(rho, 1, 1, places).P_loss), rel=1e-7
        )


def test_the_infinite_second_moment_spares_a_shared_server():
    law = service.Pareto.of_mean(1.5, 1.0)
    alone, together = tails.fifo(0.5, law), tails.shared(0.5, law)
    assert np.isinf(alone.Wq) and np.isinf(alone.L) and float(alone.rho) == 0.5
    assert "E[S^2] is infinite" in alone.reasons[0]
    assert float(together.W) == 2.0 and together.reasons == ()
    assert np.isfinite(tails.fifo(0.5, service.Pareto.of_mean(2.5, 1.0)).Wq)
    assert np.isnan(general.mg1(0.5, 1, np.inf, levels=(0.9,)).Wq_at).all()  # not known, and not infinite


def test_tails_of_heavy_service_are_asymptotic():
    """The largest of many waits is as likely as the residual service says, times rho / (1 - rho)."""
    law, rng = service.Pareto.of_mean(1.7, 1.0), np.random.default_rng(12)
    waits = np.concatenate([
        lindley(rng, 0.3, law.low * rng.random(200_000) ** (-1 / law.alpha)) for _ in range(10)
    ])  # fmt: skip
    for t in (50.0, 100.0):
        assert float(tails.fifo_beyond(0.3, law, t)) == pytest.approx((waits > t).mean(), rel=0.25)


LAWS = [
    service.Exponential(1.0),
    service.balanced(1.0, 6.0),
    service.Uniform(0.0, 2.0),
    service.Pareto.of_mean(2.2, 1.0),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__ + str(law.moment(2))[:4])
def test_laws_of_service_integrate_to_their_moments(law):
    from scipy.integrate import quad

    x, weight = law.nodes()
    assert float((law.density(x) * weight).sum()) == pytest.approx(1, abs=1e-9)
    assert float((law.beyond(x) * weight).sum()) == pytest.approx(law.mean, rel=1e-6)
    for order in (1, 2):
        for size in (0.3, 1.0, 1.9, 7.0):
            # E[S^k; S <= x] = k times the integral of t^(k-1) P(S > t), less x^k P(S > x)
            slow = quad(lambda t, k=order: k * t ** (k - 1) * float(law.beyond(t)), 0, size, limit=200)[0]
            slow -= size**order * float(law.beyond(size))
            assert float(law.partial(order, size)) == pytest.approx(slow, rel=1e-6, abs=1e-9)


def by_size(order: str, arrival: float, sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Times in the system of a server that always serves the job with the least key; event by event."""
    times, now, done = rng.exponential(1 / arrival, sizes.size).cumsum(), 0.0, np.zeros(sizes.size)
    left, served, here, k = sizes.copy(), np.zeros(sizes.size), [], 0
    while k < sizes.size or here:
        coming = times[k] if k < sizes.size else math.inf
        if not here:
            now = coming
        elif order == "srpt":
            best = min(here, key=lambda j: left[j])
            step = min(left[best], coming - now)
            left[best] -= step
            now += step
            if left[best] <= 1e-12:
                here.remove(best)
                done[best] = now
        else:  # least attained: all with the least age share
            least = min(served[j] for j in here)
            group = [j for j in here if served[j] <= least + 1e-9]
            others = [served[j] for j in here if served[j] > least + 1e-9]
            step = min(coming - now, len(group) * min(*(sizes[j] - served[j] for j in group), math.inf),
                       len(group) * (min(others) - least if others else math.inf))  # fmt: skip
            for j in group:
                served[j] += step / len(group)
            now += step
            for j in group:
                if sizes[j] - served[j] <= 1e-9:
                    here.remove(j)
                    done[j] = now
        if now >= coming and k < sizes.size:
            here.append(k)
            k += 1
    return done - times


@pytest.mark.no_cover
@pytest.mark.parametrize("order", ["srpt", "least"])
@pytest.mark.parametrize("law", LAWS[1:3], ids=["mixture", "uniform"])
def test_orders_by_size_are_simulated_orders(order, law):
    rng, n = np.random.default_rng(7), 24_000
    if isinstance(law, service.Uniform):
        sizes = rng.uniform(law.low, law.high, n)
    else:
        sizes = rng.exponential(np.array(law.means)[(rng.random(n) > law.weights[0]).astype(int)])
    parts = by_size(order, 0.6, sizes, rng).reshape(24, -1).mean(axis=1)
    solve = shared.mg1_srpt if order == "srpt" else shared.mg1_fb
    assert float(solve(0.6, law).W) == pytest.approx(parts.mean(), abs=4.5 * parts.std(ddof=1) / math.sqrt(24))


def test_no_order_beats_the_shortest_remaining_time():
    for law in LAWS:
        for rho in (0.3, 0.8, 0.95):
            best = float(shared.mg1_srpt(rho, law).W)
            for other in (general.mg1(rho, law), general.mg1_ps(rho, law.mean), shared.mg1_fb(rho, law)):
                assert best <= float(other.W) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: general.mg1(0.5, service.Exponential(1.0), 2.0), "not both"),
        (lambda: general.mg1(0.5, 1, -1), "scv is -1"),
        (lambda: service.Pareto(0.9, 1.0), "no mean"),
        (lambda: service.balanced(1, 0.5), "from 1 on"),
        (lambda: service.Uniform(2, 1), "low < high"),
        (lambda: service.Hyperexponential((0.5,), (1.0, 2.0)), "one weight per mean"),
        (lambda: finite.mg1k(1, 1, 0), "places"),
        (lambda: general.mxg1(0.1, 1, 1, 0.5, 0), "at least one customer"),
        (lambda: tails.fifo_beyond(2.0, service.Pareto(1.5, 1.0), 3.0), "below 1"),
    ],
)
def test_nonsense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
