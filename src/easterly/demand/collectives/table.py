"""Which algorithm there is for which collective, what it needs, and its formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from easterly.base.findings import did_you_mean
from easterly.demand.collectives import exchange, flat, levels, offload
from easterly.demand.collectives.cluster import Shape
from easterly.demand.collectives.cost import Cost
from easterly.demand.collectives.metrics import COLLECTIVES


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One algorithm.

    Attributes
    ----------
    formula : str
        Time of the flat case, with alpha per message, beta per byte and gamma per reduced byte.
    needs : str
        What it takes besides ranks and links: ``switches``, ``servers``, or nothing.
    reducing : str
        Which switches (or servers) reduce, for the bound: ``none``, ``scale-up``, ``fabric``, ``both``.
    refuses : str
        Why it cannot run on some clusters.
    """

    name: str
    fits: tuple[str, ...]
    cost: Callable[[str, Shape], Cost]
    formula: str
    needs: str = ""
    reducing: str = "none"
    refuses: str = ""


_ROOTED = ("broadcast", "reduce")
_SPLIT = ("all-reduce", "reduce-scatter", "all-gather")

ALGORITHMS = {
    made.name: made
    for made in (
        Algorithm("ring", (*_SPLIT, *_ROOTED), flat.ring, "2(n-1) alpha + 2(n-1)/n S beta"),
        Algorithm("pairwise", ("all-to-all",), exchange.pairwise, "(n-1) alpha + (n-1)/n S beta"),
        Algorithm("hierarchical", (*_SPLIT, *_ROOTED, "all-to-all"), levels.hierarchical,
                  "2(g-1)/g S beta_in and 2(K-1)/K S beta_out, overlapped or summed"),
        Algorithm("tree", ("all-reduce", *_ROOTED), flat.tree, "2 ceil(lg n) alpha + 2 S beta"),
        Algorithm("halving-doubling", ("all-reduce", "reduce-scatter"), levels.halving_doubling,
                  "2 lg n alpha + 2(n-1)/n S beta + (n-1)/n S gamma",
                  refuses="needs powers of two of hosts and of GPUs"),
        Algorithm("bruck", ("all-to-all", "all-gather"), exchange.bruck, "ceil(lg n) alpha + S/2 lg n beta"),
        Algorithm("binomial", _ROOTED, flat.binomial, "ceil(lg n) (alpha + S beta)"),
        Algorithm("direct", ("send",), flat.direct, "alpha + S beta"),
        Algorithm("in-network", (*_SPLIT, *_ROOTED), offload.in_network, "alpha + (g+1)/g S beta_in, S beta_out",
                  needs="switches", reducing="both"),
        Algorithm("nvls", ("all-reduce",), offload.nvls, "alpha + (g+1)/g S beta_in, 2 S beta_out",
                  needs="switches", reducing="scale-up"),
        Algorithm("sharp", ("all-reduce",), offload.sharp, "alpha + 2(g-1)/g S beta_in, S beta_out",
                  needs="switches", reducing="fabric"),
        Algorithm("parameter-server", ("all-reduce",), offload.central, "2 (alpha + n S beta)",
                  needs="servers", reducing="fabric", refuses="needs at least two hosts"),
        Algorithm("parameter-server-sharded", ("all-reduce",), offload.sharded, "2 (alpha + max(n/q, g) S beta)",
                  needs="servers", reducing="fabric", refuses="needs at least two hosts"),
        Algorithm("parameter-server-hierarchical", ("all-reduce",), offload.aggregated,
                  "2(g-1)/g S beta_in + 2 (alpha + max(K/q, 1) S beta)",
                  needs="servers", reducing="fabric", refuses="needs at least two hosts"),
    )
}  # fmt: skip
"""All algorithms by name; where two are equally fast the first is taken."""


def lookup(collective: str, algorithm: str) -> Algorithm:
    """The algorithm of that name, if it can do the collective.

    Raises
    ------
    ValueError
        For names that do not exist, with the nearest that do, and for pairs that do not fit.

    Examples
    --------
    >>> lookup("all-reduce", "pairwise")
    Traceback (most recent call last):
    ValueError: pairwise cannot do all-reduce; it does all-to-all
    """
    known(collective)
    if algorithm not in ALGORITHMS:
        raise ValueError(f"no algorithm is called {algorithm!r}: {did_you_mean(algorithm, ('auto', *ALGORITHMS))}")
    made = ALGORITHMS[algorithm]
    if collective not in made.fits:
        raise ValueError(f"{algorithm} cannot do {collective}; it does {', '.join(made.fits)}")
    return made


def known(collective: str) -> None:
    """Refuse a collective that does not exist.

    Raises
    ------
    ValueError
        With the nearest that does.
    """
    if collective not in COLLECTIVES:
        raise ValueError(f"no collective is called {collective!r}: {did_you_mean(collective, COLLECTIVES)}")


def fitting(collective: str) -> tuple[str, ...]:
    """Names of all algorithms for a collective."""
    known(collective)
    return tuple(name for name, made in ALGORITHMS.items() if collective in made.fits)
