"""How flows spread over next hops: exactly where the hash can be computed, else within a binomial interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import comb

from easterly.app.lab.measure.choice import End, Fabric, Group, Way
from easterly.app.lab.measure.counters import Taken, strays
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.within import Within

COMPUTED = (
    "the hash of each flow is computed from the seed that its routers were given, so that no other way is possible"
)
DRAWN = (
    "the kernel has drawn the seed of its hash and tells nobody: each flow takes a next hop with the chance of its "
    "weight, and the number of flows is binomial: one measurement in a million lies outside"
)
RARE = Fraction(1, 10**6)


def binomial_interval(count: int, chance: Fraction, *, rare: Fraction = RARE) -> tuple[int, int]:
    """Where the number of successes lies, but for rare cases: half of them below, half above.

    Computed in whole numbers, without any approximation of the binomial distribution.

    Parameters
    ----------
    count : int
        Trials.
    chance : Fraction
        Of success.
    rare : Fraction, optional
        Probability of all that is outside, at most.

    Returns
    -------
    least, most : int

    Raises
    ------
    ValueError
        A chance outside of 0 to 1, or fewer than no trials.

    Examples
    --------
    >>> binomial_interval(100, Fraction(1, 2), rare=Fraction(1, 20))
    (40, 60)
    """
    if not 0 <= chance <= 1 or count < 0:
        raise ValueError(f"{count} trials with a chance of {chance}: trials are counted, a chance is from 0 to 1")
    least = _quantile(count, chance, rare / 2)
    return least, count - _quantile(count, 1 - chance, rare / 2)


def _quantile(count: int, chance: Fraction, rare: Fraction) -> int:
    """The largest number that fewer successes than that have a probability of at most `rare`."""
    won, lost = chance.numerator, chance.denominator - chance.numerator
    below, limit = 0, rare * chance.denominator**count
    for successes in range(count + 1):
        below += comb(count, successes) * won**successes * lost ** (count - successes)
        if below > limit:
            return successes
    return count


def exact(
    flows: Sequence[Flow], computed: Sequence[Way], taken: Taken, packets: int, *, whose: str = "", why: str = COMPUTED
) -> list[Within]:
    """Flows that went the computed ways with every packet, and how many left by each of several next hops.

    Parameters
    ----------
    flows : sequence of Flow
    computed : sequence of Way
        From `easterly.app.lab.measure.choice.ways`.
    taken : Taken
        From `easterly.app.lab.measure.counters.counted`.
    packets : int
        That each flow sent.
    whose : str, optional
        Words behind the flows, such as `` of acme``.
    why : str, optional
        Why there is no other way.
    """
    lost = strays(flows, computed, taken, packets)
    whole = Within.exactly(
        f"flows{whose} that took the computed ways", len(flows), len(flows) - len(lost), why, differences=lost
    )
    found = _over(taken, {flow.src_port for flow in flows})
    wanted = Counter(end for way in computed for end in way)
    several = _several(flows, computed, taken)
    return [whole, *(Within.exactly(_name(end, whose), wanted[end], found[end], why) for end in several)]


def likely(
    flows: Sequence[Flow], fabric: Fabric, taken: Taken, *, whose: str = "", when: str = "", why: str = DRAWN
) -> list[Within]:
    """Flows over each of several next hops of the first router that has some, where nobody knows its seed.

    Routers behind it see what it has left them, so that nothing is said of those.

    Parameters
    ----------
    flows : sequence of Flow
    fabric : Fabric
    taken : Taken
        From `easterly.app.lab.measure.counters.counted`.
    whose, when : str, optional
        Words behind the flows, and behind the interface.
    why : str, optional
        Why it is a matter of chance.
    """
    made = []
    for node, group, mine in _first_choices(flows, fabric):
        found, total = _over(taken, {flow.src_port for flow in mine}), sum(hop.weight for hop in group)
        for hop in group:
            chance = Fraction(hop.weight, total)
            least, most = binomial_interval(len(mine), chance)
            end = (node, hop.device)
            name = f"{_name(end, whose)}{when}"
            made.append(Within(name, float(len(mine) * chance), least, most, found[end], "1", why))
    return made


def _first_choices(flows: Sequence[Flow], fabric: Fabric) -> list[tuple[str, Group, list[Flow]]]:
    """Nodes with their groups, and the flows that choose there for the first time."""
    made: dict[tuple[str, Group], list[Flow]] = {}
    for flow in flows:
        node = flow.src
        while node != flow.dst:
            group = fabric.groups[node, flow.dst_address]
            if len(group) > 1:
                made.setdefault((node, group), []).append(flow)
                break
            node = fabric.cables.get((node, group[0].device), flow.dst)
    return [(node, group, mine) for (node, group), mine in made.items()]


def _over(taken: Taken, ports: set[int]) -> Counter[End]:
    """Flows by node and interface that they left."""
    return Counter(end for port, ends in taken.items() if port in ports for end in ends)


def _several(flows: Sequence[Flow], computed: Sequence[Way], taken: Taken) -> list[End]:
    """Interfaces of nodes that lead to one destination by more than one of them."""
    hops: dict[tuple[str, str], set[End]] = defaultdict(set)
    for flow, way in zip(flows, computed, strict=True):
        for end in {*way, *taken.get(flow.src_port, {})}:
            hops[end[0], flow.dst_address].add(end)
    return sorted({end for ends in hops.values() if len(ends) > 1 for end in ends})


def _name(end: End, whose: str = "") -> str:
    return f"flows{whose} over {end[0]} {end[1]}"
