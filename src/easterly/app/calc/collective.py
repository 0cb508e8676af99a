"""What the calculator of collectives answers, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from easterly.app.values import number
from easterly.base.findings import did_you_mean
from easterly.demand.collectives import (
    ALGORITHMS,
    Cluster,
    Efficiency,
    Latency,
    Model,
    Times,
    bound_s,
    evaluate,
    fitting,
    times,
    wire_factor,
)
from easterly.model.catalog import gpus

RING_SHARE = 0.82
"""Bus bandwidth of a ring in one host over the line rate: A100 235 of 300 GB/s, H200 368 of 450, B200 741 of 900
(Bekman, ML Engineering Open Book, network)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for, with everything filled in."""

    collective: str
    size_B: float
    cluster: Cluster
    model: Model

    def bandwidths(self, time_s: float) -> tuple[float, float]:
        """Algorithm and bus bandwidth in bytes per second."""
        algbw_Bps = self.size_B / time_s
        return algbw_Bps, algbw_Bps * float(wire_factor(self.collective, self.cluster.ranks))


def answer_to(collective: str, *, algorithm: str, size: float, **asked: Any) -> dict[str, Any]:
    """Time, bandwidths, bound, parts and alternatives of one collective, as plain values.

    Raises
    ------
    ValueError
        For a question that has no answer, with the reason.
    """
    question = Question(collective, size, _cluster(**asked), _model(**asked))
    choice = evaluate(collective, algorithm, question.cluster, size, question.model)
    name = str(choice.algorithm)
    row, best = _row(question, name, choice.times), question.bandwidths(float(choice.times.low_s))
    return {
        "collective": collective,
        "algorithm": name,
        "chosen": algorithm == "auto",
        **{key: row[key] for key in ("time_s", "algbw_Bps", "busbw_Bps", "bound_s")},
        "at_best": {"algbw_Bps": number(best[0]), "busbw_Bps": number(best[1])},
        "binds": choice.times.binds,
        "parts_s": _parts(choice.times),
        "nic_B": row["nic_B"],
        "formula": ALGORITHMS[name].forms[collective],
        "size_B": size,
        "cluster": _given(question.cluster),
        "alternatives": [_row(question, other, made) for other, made in _others(question, name)],
    }


def _cluster(
    nodes: int,
    gpus: int,
    nics: int | None,
    nic: float | None,
    scaleup: float | None,
    gpu: str,
    servers: int | None,
    **_: Any,
) -> Cluster:
    """The hosts that are described."""
    if nodes * gpus < 2:
        raise ValueError("a collective needs at least two GPUs")
    if nic is None and nodes > 1:
        raise ValueError("several hosts need the rate of their interfaces: --nic 50GB/s")
    inside_bps = RING_SHARE * _gpu(gpu).scaleup_bps if scaleup is None else scaleup
    return Cluster(nodes, gpus, nics or gpus, nic or 0.0, inside_bps, servers or 0)


def _gpu(name: str) -> gpus.Gpu:
    if name not in gpus.names():
        raise ValueError(f"the catalog has no GPU {name!r}: {did_you_mean(name, gpus.names())}")
    return gpus.lookup(name)


def _model(
    latency: float | None, scaleup_latency: float | None, efficiency: Efficiency | None, gpu: str, **_: Any
) -> Model:
    """What is assumed beyond rates: a reduction reads twice and writes once in the GPU's memory."""
    known = Latency(network_s=latency, scaleup_s=scaleup_latency)
    gamma = 3 / _gpu(gpu).memory_Bps
    if efficiency is None:
        return Model(latency=known, gamma_s_per_B=gamma)
    return Model(efficiency, efficiency, known, gamma)


def _row(question: Question, name: str, made: Times) -> dict[str, Any]:
    """One algorithm, as a row of the table of alternatives."""
    algbw_Bps, busbw_Bps = question.bandwidths(float(made.high_s))
    least_s = bound_s(question.collective, question.cluster, question.size_B, ALGORITHMS[name].reducing)
    return {
        "algorithm": name,
        "time_s": {"low": number(float(made.low_s)), "high": number(float(made.high_s))},
        "algbw_Bps": number(algbw_Bps),
        "busbw_Bps": number(busbw_Bps),
        "bound_s": number(float(least_s)),
        "nic_B": number(float(made.outside_B / question.cluster.nics)),
        "needs": ALGORITHMS[name].needs or None,
    }


def _others(question: Question, name: str) -> list[tuple[str, Times]]:
    """The other algorithms that can run, quickest first."""
    made = []
    for other in fitting(question.collective):
        try:
            made.append((other, times(question.collective, other, question.cluster, question.size_B, question.model)))
        except ValueError:
            continue  # it cannot run on this cluster
    return sorted(((o, t) for o, t in made if o != name), key=lambda pair: float(pair[1].low_s))


def _parts(made: Times) -> dict[str, Any]:
    parts = {"network": made.outside_s, "scale-up": made.inside_s, "latency": made.latency_s, "memory": made.local_s}
    return {name: number(float(value)) for name, value in parts.items()}


def _given(cluster: Cluster) -> dict[str, Any]:
    return {
        "nodes": cluster.hosts,
        "gpus": cluster.per_host,
        "nics": cluster.nics,
        "nic_Bps": number(float(cluster.nic_bps) / 8) if float(cluster.nic_bps) else None,
        "scaleup_Bps": number(float(cluster.scaleup_bps) / 8),
    }
