"""Which algorithm there is for which collective, what it needs, and its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    forms : dict of str to str
        Time by collective, for those that it can do: alpha per message, beta per byte, gamma per reduced byte; n
        ranks, K hosts of g.
    needs : str
        What it takes besides ranks and links: ``switches``, ``servers``, or nothing.
    reducing : str
        Which switches (or servers) reduce, for the bound: ``none``, ``scale-up``, ``fabric``, ``both``.
    refuses : str
        Why it cannot run on some clusters.
    """

    name: str
    cost: Callable[[str, Shape], Cost]
    forms: Mapping[str, str]
    needs: str = ""
    reducing: str = "none"
    refuses: str = ""

    @property
    def fits(self) -> tuple[str, ...]:
        """Collectives that it can do."""
        return tuple(self.forms)


def _rooted(form: str) -> dict[str, str]:
    return {"broadcast": form, "reduce": form}


def _halves(form: str) -> dict[str, str]:
    return {"reduce-scatter": form, "all-gather": form}


_RING = {
    "all-reduce": "2(n-1) alpha + 2(n-1)/n S beta",
    **_halves("(n-1) alpha + (n-1)/n S beta"),
    **_rooted("(n-1) alpha + S beta"),
}
_LEVELS = {
    "all-reduce": "2(g-1)/g S beta_in and 2(K-1)/K S beta_out",
    **_halves("(g-1)/g S beta_in and (K-1)/K S beta_out"),
    **_rooted("2(g-1)/g S beta_in and S beta_out"),
    "all-to-all": "(g-1)/g S beta_in and g(K-1)/K S beta_out",
}
_TREE = {
    "all-reduce": "2(g-1 + ceil(lg K)) alpha + 2 S beta",
    **_rooted("(g-1 + ceil(lg K)) alpha + S beta"),
}
_HALVING = {
    "all-reduce": "2 lg n alpha + 2(n-1)/n S beta + (n-1)/n S gamma",
    "reduce-scatter": "lg n alpha + (n-1)/n S (beta + gamma)",
}
_BRUCK = {
    "all-to-all": "ceil(lg n) alpha + S/2 lg n beta",
    "all-gather": "ceil(lg n) alpha + (n-1)/n S beta",
}
_SWITCHES = {
    "all-reduce": "(g+1)/g S beta_in and S beta_out",
    "reduce-scatter": "S beta_in and S beta_out",
    "all-gather": "S beta_in and (K-1)/K S beta_out",
    **_rooted("S beta_in and S beta_out"),
}
_ONE_HOST = "needs at least two hosts"

ALGORITHMS = {
    made.name: made
    for made in (
        Algorithm("ring", flat.ring, _RING),
        Algorithm("pairwise", exchange.pairwise, {"all-to-all": "(n-1) alpha + (n-1)/n S beta"}),
        Algorithm("hierarchical", levels.hierarchical, _LEVELS),
        Algorithm("tree", flat.tree, _TREE),
        Algorithm(
            "halving-doubling", levels.halving_doubling, _HALVING, refuses="needs powers of two of hosts and of GPUs"
        ),
        Algorithm("bruck", exchange.bruck, _BRUCK),
        Algorithm("binomial", flat.binomial, _rooted("ceil(lg n) (alpha + S beta)")),
        Algorithm("direct", flat.direct, {"send": "alpha + S beta"}),
        Algorithm("in-network", offload.in_network, _SWITCHES, "switches", "both"),
        Algorithm("nvls", offload.nvls, {"all-reduce": "(g+1)/g S beta_in and 2 S beta_out"}, "switches", "scale-up"),
        Algorithm("sharp", offload.sharp, {"all-reduce": "2(g-1)/g S beta_in and S beta_out"}, "switches", "fabric"),
        Algorithm(
            "parameter-server", offload.central, {"all-reduce": "2 (alpha + n S beta_out)"},
            "servers", "fabric", _ONE_HOST,
        ),
        Algorithm(
            "parameter-server-sharded", offload.sharded, {"all-reduce": "2 (alpha + max(n/q, g) S beta_out)"},
            "servers", "fabric", _ONE_HOST,
        ),
        Algorithm(
            "parameter-server-hierarchical", offload.aggregated,
            {"all-reduce": "2(g-1)/g S beta_in and 2 (alpha + max(K/q, 1) S beta_out)"},
            "servers", "fabric", _ONE_HOST,
        ),
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
