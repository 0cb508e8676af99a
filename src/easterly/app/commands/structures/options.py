"""Options that graphs share: the model, its numbers, the seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from easterly.app import terminal
from easterly.app.calc import asking, given

if TYPE_CHECKING:
    from easterly.model.robustness import Graph

F = TypeVar("F", bound=Callable[..., Any])
MODELS = ("gnp", "gnm", "barabasi-albert", "power-law", "regular", "geometric", "lattice")
MOST_NODES = 10_000_000


def graph(command: F) -> F:
    """Add the model, ``--nodes``, ``--degree``, ``--exponent``, ``--least`` and ``--seed``."""
    for one in (
        click.option("--seed", type=asking.Count(0, terminal.MOST_SEED), default="1", show_default=True,
                     help="Of all draws."),
        click.option("--least", type=asking.Count(1, 10**6), default="2", show_default=True,
                     help="Smallest degree of power-law."),
        click.option("--exponent", type=given.Number(), default="2.5", show_default=True, help="Of power-law."),
        click.option("--degree", type=given.Number(zero=True), default="4", show_default=True,
                     help="Mean degree; regular: of every node; barabasi-albert: twice the links of a new one."),
        click.option("--nodes", type=asking.Count(1, MOST_NODES), required=True, help="Nodes."),
        click.argument("model", type=asking.Named(MODELS), metavar="MODEL"),
    ):  # fmt: skip
        command = one(command)
    return command


def made(model: str, nodes: int, degree: float, exponent: float, least: int, seed: int) -> Graph:
    """The graph that was described."""
    from easterly.predict import robustness

    if model == "gnp":
        return robustness.erdos_renyi(nodes, degree, seed=seed)
    if model == "gnm":
        return robustness.uniform(nodes, round(nodes * degree / 2), seed=seed)
    if model == "barabasi-albert":
        return robustness.barabasi_albert(nodes, whole(degree / 2, f"links of a new node: half of --degree {degree:g}"),
                                          seed=seed)  # fmt: skip
    if model == "power-law":
        return robustness.power_law(nodes, exponent, least=least, seed=seed)
    if model == "regular":
        return robustness.random_regular(nodes, whole(degree, f"--degree {degree:g}"), seed=seed)
    if model == "geometric":
        return robustness.geometric(nodes, degree, seed=seed)
    return robustness.lattice(whole(math.sqrt(nodes), f"side of a square lattice of {nodes:,} nodes"))


def whole(value: float, what: str) -> int:
    """A number that has to be whole."""
    if value != math.floor(value) or value < 1:
        raise ValueError(f"{what} is {value:g}: it must be a whole number from 1 on")
    return int(value)


def asked(graph: Graph, seed: int) -> dict[str, Any]:
    """The graph as the beginning of an answer."""
    from easterly.app.values import number

    return {"model": graph.model, "nodes": graph.nodes, "edges": len(graph), "seed": seed,
            "mean_degree": number(graph.mean_degree)}  # fmt: skip
