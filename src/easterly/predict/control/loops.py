"""Stability of what answers late: roots, margins of gain, phase and delay, for one delay round a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import control
from easterly.base.columns import FloatColumn
from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import number

PI = 3.141592653589793
POINTS, HALVINGS, NODES = 2000, 60, 24
Complexes = NDArray[np.complex128]


def lambert_w(z: ArrayLike, branch: ArrayLike = 0) -> Complexes:
    """Roots w of w e^w = z, one for each branch (Corless et al. 1996): the same bits on every machine.

    Parameters
    ----------
    z : array_like of complex
    branch : array_like of int
        0 is the principal one; -1 is real too, on [-1/e, 0).

    Returns
    -------
    array of complex

    Examples
    --------
    >>> f"{lambert_w(1).real:.12f} {lambert_w(-0.2, -1).real:.9f}"
    '0.567143290410 -2.542641358'
    """
    points, which = np.broadcast_arrays(np.asarray(z, np.complex128), np.asarray(branch, np.int64))
    flat = points.reshape(-1)
    re, im = control.lambert(flat.real.copy(), flat.imag.copy(), np.ascontiguousarray(which).reshape(-1))
    return np.asarray((re + 1j * im).reshape(points.shape))


def delay_roots(gain: float, delay_s: float, count: int = 4) -> Complexes:
    """Roots of s + K e^(-s tau) = 0, the rightmost first: s = W_k(-K tau) / tau.

    x' = -K x(t - tau) creeps to rest for K tau <= 1/e, swings there up to pi / 2, and swings up beyond.

    Parameters
    ----------
    gain : float [1/s]
    delay_s : float [s]
    count : int

    Returns
    -------
    (count,) array of complex [1/s]
        Of a pair the one above.

    Examples
    --------
    >>> for gain in (0.3, 1.0, 2.0):
    ...     s = delay_roots(gain, 1.0)[0]
    ...     print(f"{s.real:+.4f} {s.imag:.4f}")
    -0.4894 0.0000
    -0.3181 1.3372
    +0.1728 1.6737
    """
    k, tau = number("gain", gain), number("delay_s", delay_s)
    found = lambert_w(np.full(count + 1, -k * tau + 0j), [0, -1, *range(1, count)]) / tau
    return np.asarray(sorted((w for w in found if w.imag >= 0), key=lambda w: (-w.real, w.imag))[:count])


def kind_of(gain_delay: float) -> str:
    """What x' = -K x(t - tau) does: by K tau against 1 / e and pi / 2.

    >>> [kind_of(x) for x in (0.3, 1.0, 1.6)]
    ['creeps to rest', 'swings to rest', 'unstable']
    """
    if gain_delay * float(np.e) <= 1:
        return "creeps to rest"
    return "swings to rest" if gain_delay < PI / 2 else "unstable"


@dataclass(frozen=True, slots=True)
class Loop:
    """A linear system whose input comes back late: x' = now x + past x(t - delay) + into u, u = -out x(t - delay)."""

    now: FloatColumn
    past: FloatColumn
    into: FloatColumn
    out: FloatColumn
    delay_s: float

    def response(self, w_rad_per_s: ArrayLike) -> Complexes:
        """Open loop L(j w), of which 1 + L = 0 is on the verge.

        Parameters
        ----------
        w_rad_per_s : (M,) array_like

        Returns
        -------
        (M,) array of complex
        """
        w = np.ascontiguousarray(np.atleast_1d(np.asarray(w_rad_per_s, np.float64)))
        re, im = control.response(self.now, self.past, self.into, self.out, self.delay_s, np.zeros_like(w), w)
        return np.asarray(re + 1j * im)

    def closed(self) -> FloatColumn:
        """What comes late in the closed loop: past - into out."""
        return np.ascontiguousarray(self.past - np.outer(self.into, self.out))


@dataclass(frozen=True, slots=True)
class Margins:
    """How far a loop is from swinging up."""

    gain: Annotated[float, Unit("1"), Doc("Factor of the gain that it stands; below 1 it is too large. inf: any.")]
    phase_rad: Annotated[float, Unit("1"), Doc("Phase that it stands where its gain is 1; below 0: none. inf: any.")]
    delay_s: Annotated[float, Unit("s"), Doc("Further delay of the answer that it stands, if stable.")]
    crossover_rad_per_s: Annotated[
        float, Unit("1/s"), Doc("Where its gain is 1, with the least phase margin; nan: nowhere.")
    ]
    root: Annotated[complex, Unit("1/s"), Doc("Rightmost root of the closed loop.")]

    @property
    def stable(self) -> bool:
        """Whether the closed loop comes to rest."""
        return self.root.real < 0


def margins(loop: Loop, low: float, high: float) -> Margins:
    """Margins of a loop between two frequencies, by finding where gain and phase cross, and its rightmost root.

    Parameters
    ----------
    loop : Loop
    low, high : float [rad/s]
        All crossings lie between them.

    Returns
    -------
    Margins

    Examples
    --------
    An integrator with delay: K = 1 and tau = 1 leave pi / 2 - 1 of phase, and pi / 2 of gain.

    >>> none = np.zeros((1, 1))
    >>> made = margins(Loop(none, none, np.ones(1), np.ones(1), 1.0), 1e-3, 1e3)
    >>> f"{made.gain:.6f} {made.phase_rad:.6f} {made.delay_s:.6f} {made.root.real:.6f}"
    '1.570796 0.570796 0.570796 -0.318132'
    """
    grid = _grid(low, high)
    size = _crossings(loop, grid, _excess)
    turned = [w for w in _crossings(loop, grid, _imaginary) if float(loop.response(w)[0].real) < 0]
    root = rightmost(loop.now, loop.closed(), loop.delay_s)
    gains = [1 / abs(complex(loop.response(w)[0])) for w in turned]
    gain = min(gains, default=np.inf, key=lambda g: abs(float(g) - 1) if root.real < 0 else g)
    phase, at = min(((_phase(loop, w), w) for w in size), default=(np.inf, np.nan))
    delay = min((_phase(loop, w) % (2 * PI) / w for w in size), default=np.inf)
    return Margins(float(gain), float(phase), float(delay), float(at), root)


def _grid(low: float, high: float) -> FloatColumn:
    from easterly.predict.control.reals import exp, log

    first, last = float(log(number("low", low))), float(log(number("high", high)))
    return exp(np.linspace(first, last, POINTS))


def _excess(values: Complexes) -> FloatColumn:
    return np.asarray(values.real * values.real + values.imag * values.imag - 1)


def _imaginary(values: Complexes) -> FloatColumn:
    return np.asarray(values.imag)


def _phase(loop: Loop, w: float) -> float:
    """Angle between L and -1, in (-pi, pi]."""
    value = -complex(loop.response(w)[0])
    return float(control.angle(np.array([value.imag]), np.array([value.real]))[0])


def _crossings(loop: Loop, grid: FloatColumn, measure: object) -> list[float]:
    """Where a measure of the response changes its sign, by halving."""
    assert callable(measure)
    values = measure(loop.response(grid))
    found = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    low, high = grid[found].copy(), grid[found + 1].copy()
    start = np.sign(values[found])
    for _ in range(HALVINGS if len(found) else 0):
        middle = (low + high) / 2
        same = np.sign(measure(loop.response(middle))) == start
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return [float(w) for w in (low + high) / 2]


def rightmost(now: FloatColumn, past: FloatColumn, delay_s: float) -> complex:
    """Root of largest real part of det(s - now - past e^(-s delay)), of a pair the one above.

    The delay is replaced by polynomials through Chebyshev's points, whose eigenvalues are near the rightmost roots
    (Breda, Maset and Vermiglio 2005); Newton's method on the determinant itself does the rest.

    Parameters
    ----------
    now, past : (N, N) array
    delay_s : float [s]

    Returns
    -------
    complex [1/s]

    Examples
    --------
    >>> root = rightmost(np.zeros((1, 1)), np.array([[-1.0]]), 1.0)
    >>> f"{root.real:.9f} {root.imag:.9f}"
    '-0.318131505 1.337235701'
    """
    guesses = np.linalg.eigvals(_chebyshev(now, past, delay_s)) if delay_s > 0 else np.linalg.eigvals(now + past)
    best = sorted((g for g in guesses if g.imag >= -1e-12 * abs(g)), key=lambda g: -g.real)[:4]
    roots = [_newton(now, past, delay_s, complex(g)) for g in best]
    return max(roots, key=lambda s: (round(s.real, 9), s.imag))


def _chebyshev(now: FloatColumn, past: FloatColumn, delay_s: float) -> FloatColumn:
    """Discretised generator: derivatives along the history, and the equation itself at its newest end."""
    n, m = len(now), NODES
    half = np.arange(m + 1) * (PI / m)
    x = control.turn(np.ascontiguousarray(half))[1]
    c = np.where((np.arange(m + 1) % m) == 0, 2.0, 1.0) * (-1.0) ** np.arange(m + 1)
    apart = x[:, None] - x[None, :] + np.eye(m + 1)
    slope = np.outer(c, 1 / c) / apart
    slope -= np.diag(slope.sum(axis=1))
    table = np.kron(slope * (2 / delay_s), np.eye(n))
    table[:n, :] = 0
    table[:n, :n], table[:n, -n:] = now, past
    return np.asarray(table, np.float64)


def _newton(now: FloatColumn, past: FloatColumn, delay_s: float, guess: complex) -> complex:
    s = guess
    for _ in range(30):
        h = 1e-6 * max(abs(s), 1 / max(delay_s, 1e-12) * 1e-3)
        re, im = control.determinant(now, past, delay_s, np.array([s.real, s.real + h, s.real - h]), np.full(3, s.imag))
        f, up, down = (complex(a, b) for a, b in zip(re, im, strict=True))
        if up == down:
            break
        step = f * 2 * h / (up - down)
        s -= step
        if abs(step) <= 1e-14 * abs(s):
            break
    near = abs(s - guess) <= 0.1 * max(abs(guess), 1 / max(delay_s, 1e-12))
    return complex(s.real, abs(s.imag)) if near else guess
