"""What still arrives after a pause was asked for, item by item."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

NS_PER_M = 5
QUANTUM_B = 64
GAP_B = 20
PAUSE_B = 64
SMALLEST_B = 64
QUANTA = {0.1e9: 1, 1e9: 2, 10e9: 60, 25e9: 80, 40e9: 118, 50e9: 147, 100e9: 394, 200e9: 453, 400e9: 905, 800e9: 905}
"""Time in which a port obeys a pause, in quanta of 512 bit times (IEEE 802.3, annex 31B and what followed it).

Up to 100 Gb/s as in 802.3, 200 and 400 Gb/s as in 802.3bs; for 800 Gb/s the figure of 400 Gb/s is taken, which is half
its time. SONiC takes 67 at 10 Gb/s, and the rest alike. Where the response of a device has been measured, give that.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of the headroom.

    Attributes
    ----------
    name : str
    low_B, high_B : float [B]
        Equal where nothing about it is uncertain.
    reason : str
    """

    name: str
    low_B: float
    high_B: float
    reason: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """Headroom of one priority of one port, item by item.

    Attributes
    ----------
    items : tuple of Item
    cells : int
        Worst case in whole cells: with it, and a peer that stops within the stated response, nothing is lost.
    cell_B : int
    """

    items: tuple[Item, ...]
    cells: int
    cell_B: int

    @property
    def low_B(self) -> float:
        """The sum of IEEE 802.1Qbb, annex O: frames, cable and response, as if memory were counted by the byte."""
        return math.fsum(item.low_B for item in self.items)

    @property
    def high_B(self) -> int:
        """What the worst case occupies, counted by the cell."""
        return self.cells * self.cell_B


def response_quanta(rate_bps: float) -> int:
    """Quanta in which a port of a rate obeys a pause; those of the next faster rate where it is not listed.

    >>> response_quanta(100e9), response_quanta(50e9), response_quanta(1.6e12)
    (394, 147, 905)
    """
    return QUANTA[min((rate for rate in QUANTA if rate >= rate_bps), default=max(QUANTA))]


def headroom(
    rate_bps: float,
    cable_m: float,
    mtu_B: int = 9216,
    *,
    own_mtu_B: int | None = None,
    quanta: float | None = None,
    response_s: float | None = None,
    interface_bits: int = 0,
    cell_B: int = 1,
    smallest_B: int = SMALLEST_B,
    ns_per_m: float = NS_PER_M,
) -> Headroom:
    """Memory for what arrives between a pause being wanted and the line falling silent.

    While a frame of our own is on the line the pause waits; it crosses the cable; the peer takes its time to respond,
    finishes the frame that it has begun, and what is on the cable still arrives:
    (own MTU + 20) + 84 + 2 cable + response + (MTU + 20) bytes.

    Two things come on top, and make the answer an interval: chips count whole cells, which small frames fill badly;
    and they find that a frame does not fit when it is there, so that this frame needs headroom too. `cells` is the
    exact worst case over all mixes of frame sizes.

    Parameters
    ----------
    rate_bps, cable_m : float
    mtu_B : int
        Largest frame of the paused priority.
    own_mtu_B : int, optional
        Largest frame that we send, of any priority; `mtu_B` where it is not given.
    quanta, response_s : float, optional
        Response of the peer, in quanta of 512 bit times or measured in seconds, instead of `QUANTA`.
    interface_bits : int
        Delay of PHY and MAC beyond the response, in bit times; 122,880 at 100 Gb/s with error correction, where the
        response does not contain it.
    cell_B, smallest_B : int
    ns_per_m : float

    Returns
    -------
    Headroom

    Raises
    ------
    ValueError
        Numbers that are not positive, two responses.

    Examples
    --------
    >>> found = headroom(100e9, 100, 9216)
    >>> found.low_B, [item.low_B for item in found.items]
    (56272.0, [0.0, 9236.0, 84.0, 12500.0, 25216.0, 0.0, 9236.0, 0.0])
    """
    _check(rate_bps, cable_m, mtu_B, cell_B, smallest_B, quanta, response_s)
    rate, own_B = Fraction(rate_bps), own_mtu_B or mtu_B
    cable_B = 2 * Fraction(cable_m) * Fraction(ns_per_m) * rate / (8 * 10**9)
    response_B = _response_B(rate, quanta, response_s)
    phy_B = Fraction(interface_bits, 8)
    until_B = own_B + GAP_B + PAUSE_B + GAP_B + cable_B + response_B + phy_B
    cells = -(-mtu_B // cell_B) + most_cells(until_B, mtu_B, cell_B, smallest_B)
    plain = (
        _sure("own frame", own_B + GAP_B, "on the line when the pause is wanted"),
        _sure("pause", PAUSE_B + GAP_B, "the pause frame itself"),
        _sure("cable", cable_B, f"both ways, {ns_per_m:g} ns per metre"),
        _sure("response", response_B, _why(rate_bps, quanta, response_s)),
        _sure("interface", phy_B, "delay of PHY and MAC beyond the response"),
        _sure("peer's frame", mtu_B + GAP_B, "begun when the peer obeys"),
    )
    first = Item("frame that meets the threshold", 0.0, float(mtu_B), "it is complete before it is found not to fit")
    known_B = math.fsum(item.high_B for item in (first, *plain))
    rest = Item("cells", 0.0, cells * cell_B - known_B, "rounding up to cells, less the gaps between frames")
    return Headroom((first, *plain, rest), cells, cell_B)


@lru_cache(maxsize=4096)
def most_cells(wire_B: Fraction | float, mtu_B: int, cell_B: int, smallest_B: int = SMALLEST_B) -> int:
    """Most cells that frames fill which begin while `wire_B` bytes pass on the line; the last may be the largest.

    An unbounded knapsack: of all frames with c cells the shortest is the cheapest, so the least wire for each number
    of cells follows from the numbers below it.

    Parameters
    ----------
    wire_B : float
    mtu_B, cell_B, smallest_B : int

    Returns
    -------
    int

    >>> most_cells(0, 1500, 256), most_cells(1, 1500, 256), most_cells(85, 1500, 256)
    (0, 6, 7)
    """
    if wire_B <= 0:
        return 0
    budget_B = math.ceil(wire_B) - 1
    largest = -(-mtu_B // cell_B)
    if cell_B == 1:
        return mtu_B + _densest(budget_B, mtu_B, smallest_B)
    few = -(-smallest_B // cell_B)
    # Two frames of half the cells take no more of the line where a cell is larger than the gap: long ones never pay.
    most = min(largest, 2 * few + 2) if cell_B > GAP_B else largest
    frames = [(c, max(smallest_B, (c - 1) * cell_B + 1) + GAP_B) for c in range(few, most + 1)]
    return largest + _fill(budget_B, frames)


def _fill(budget_B: int, frames: list[tuple[int, int]]) -> int:
    """Most cells of frames, each of some cells and bytes of wire, within a budget.

    With b cells in the frame that packs best, among any b others some have a multiple of b cells together, and could
    as well be of that frame: so at most b - 1 others are needed, and beyond their cells the table repeats itself.
    """
    packed, wire = min(frames, key=lambda frame: (Fraction(frame[1], frame[0]), frame[0]))
    turn = packed * frames[-1][0]
    least = [0]
    while least[-1] <= budget_B and len(least) <= turn + packed:
        least.append(min(least[max(0, len(least) - c)] + w for c, w in frames))
    within = [n for n, used in enumerate(least) if used <= budget_B]
    return max(n + (packed * ((budget_B - least[n]) // wire) if n > turn else 0) for n in within)


def sonic_xoff_B(
    rate_bps: float,
    cable_m: float,
    port_mtu_B: float,
    *,
    lossless_mtu_B: float,
    cell_B: float,
    small_percent: float,
    mac_phy_B: float = 0.0,
    gearbox: float = 0.0,
) -> int:
    """Headroom as SONiC's script for one vendor's switches computes it, to compare with what a device shows.

    It differs from `headroom`: 5.05 ns per metre, but bytes of cable and gearbox divided by 1024 instead of 1000; no
    pause frame and no gaps; a part of the packets, `small_percent`, fills cells badly; rounded up to 1024 bytes.

    Parameters
    ----------
    rate_bps, cable_m, port_mtu_B : float
    lossless_mtu_B, cell_B, small_percent, mac_phy_B, gearbox : float
        As in the tables LOSSLESS_TRAFFIC_PATTERN and ASIC_TABLE.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        A rate whose quanta the script does not know.

    Examples
    --------
    >>> sonic_xoff_B(100e9, 300, 9216, lossless_mtu_B=1024, cell_B=144, small_percent=0)
    72704
    """
    quanta = {**{rate: QUANTA[rate] for rate in QUANTA}, 10e9: 67}.get(rate_bps)
    if quanta is None:
        raise ValueError(f"rate_bps is {rate_bps:g}: the script knows {', '.join(f'{rate:g}' for rate in QUANTA)}")
    mbps = rate_bps / 1e6
    worst = cell_B / SMALLEST_B if cell_B > 2 * SMALLEST_B else 2 * cell_B / (1 + cell_B)
    occupancy = (100 - small_percent + small_percent * worst) / 100
    cable_B = 2 * cable_m * mbps * 1e9 / 198_000_000 / (8 * 1024)
    delay_B = port_mtu_B + cable_B + 2 * mbps * gearbox / (8 * 1024) + mac_phy_B + quanta * QUANTUM_B
    return math.ceil((lossless_mtu_B + delay_B * occupancy) / 1024) * 1024


def _densest(budget_B: int, mtu_B: int, smallest_B: int) -> int:
    """Most bytes of frames in a budget of the wire: with k frames, all but k gaps."""
    even = budget_B // (mtu_B + GAP_B)
    counts = [k for k in (even, even + 1) if 1 <= k <= budget_B // (smallest_B + GAP_B)]
    return max((min(budget_B - k * GAP_B, k * mtu_B) for k in counts), default=0)


def _sure(name: str, size_B: Fraction | int, reason: str) -> Item:
    return Item(name, float(size_B), float(size_B), reason)


def _check(
    rate_bps: float, cable_m: float, mtu_B: int, cell_B: int, smallest_B: int, quanta: float | None, time: float | None
) -> None:
    for name, value in (("rate_bps", rate_bps), ("mtu_B", mtu_B), ("cell_B", cell_B), ("smallest_B", smallest_B)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} is {value:g}: give a number above 0")
    if not 0 <= cable_m < math.inf:
        raise ValueError(f"cable_m is {cable_m:g}: a cable has a length")
    if smallest_B > mtu_B:
        raise ValueError(f"smallest_B is {smallest_B}, above mtu_B ({mtu_B}): swap them?")
    if quanta is not None and time is not None:
        raise ValueError("both quanta and response_s are given: the response is one of them")
    if min(quanta or 0, time or 0) < 0:
        raise ValueError("the response is negative: give the time that the peer takes")


def _response_B(rate: Fraction, quanta: float | None, response_s: float | None) -> Fraction:
    if response_s is not None:
        return Fraction(response_s) * rate / 8
    return QUANTUM_B * Fraction(response_quanta(float(rate)) if quanta is None else quanta)


def _why(rate_bps: float, quanta: float | None, response_s: float | None) -> str:
    if response_s is not None:
        return f"{response_s:g} s, as measured"
    if quanta is not None:
        return f"{quanta:g} quanta, as given"
    return f"{response_quanta(rate_bps)} quanta of 512 bit times"
