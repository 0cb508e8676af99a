"""``easterly calc``: calculators that need no site file."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

CALCULATORS = {
    "collective": "Time, bandwidths and bound of an all-reduce, all-to-all, ... of one cluster.",
    "busbw": "Bus bandwidth of a measured collective, as nccl-tests define it.",
    "bdp": "Bandwidth-delay product: bytes in flight, and the buffer of many flows.",
    "incast": "Highest queue when many senders start together.",
    "transports": "Transports at one port: incast, fairness, and short messages beside long flows.",
    "headroom": "What still arrives after a pause, item by item: the headroom of a lossless priority.",
    "buffer": "Buffer of a queue by every method, and what a dynamic threshold gives it.",
    "kv": "Key/value cache of a model: bytes per token, and the time to move it.",
    "memory": "Memory of one GPU for weights, gradients and optimiser state, by ZeRO stage.",
    "claim": "What follows from claimed numbers, and what does not: speed-ups, quantiles, availability.",
    "checkpoint": "Best interval between checkpoints, and what is lost (Young, Daly).",
    "entropy": "How many links hashing uses, and how loaded the fullest is.",
    "hash": "Hash of a connection by each function, and the link that it chooses.",
    "classify": "First rule that matches each packet, entries of a TCAM, shadowed and redundant rules.",
    "marker": "Colours that a three-colour marker gives to packets (RFC 2697, 2698, 4115).",
    "queue": "Stations with a queue: waits, numbers, losses, quantiles, and the servers that a target needs.",
    "traffic": "Models of traffic: sources, the Hurst exponent of counts, links for aggregates, effective bandwidths.",
    "curve": "Exact curves of network calculus: convolutions, closures, delay and backlog, with a plot.",
    "control": "Congestion control by formula: fair rates, AIMD, TCP, DCTCP, DCQCN, delay, price of anarchy.",
    "robustness": "Random graphs: thresholds, what is left while parts go, what spreads.",
    "percentile": "Delays that random traffic exceeds with a given probability at most, end to end.",
    "bound": "Worst delays and backlogs of servers and flows, by every analysis, and how tight they are.",
    "prefix": "IP addresses: summaries, differences, ranges, subnets, reverse zones, what addresses are for.",
    "wcmp": "Weights as entries of a table, and the oversubscription that this costs.",
}


@click.group("calc", cls=Verbs, verbs=CALCULATORS, package="easterly.app.commands.calculators", noun="calculator",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Calculate one thing of numbers alone, without a site file.

    Every calculator names its formula and what binds. Without a calculator, lists them.
    """
    listed(ctx, form)
