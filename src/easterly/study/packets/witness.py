"""Packets as a stage of the plan: so much of them as it has time for."""

from __future__ import annotations

from dataclasses import replace

from easterly.base.findings import FindingsError
from easterly.model.packet_prediction import PacketPrediction, PacketWitness
from easterly.study.nouns import Nouns
from easterly.study.packets.runs import simulate_site
from easterly.study.packets.site import prepare, runs_of
from easterly.study.packets.wishes import Wishes

PLAN_HOPS = 1_000_000
"""Packet-hops that the largest run of a plan may take where nobody says otherwise: a second or two for all runs."""
RUNAWAY = 4
"""A run ends when it has taken so many times what all were to take: something is sent again and again."""


def witness(nouns: Nouns, hops: int) -> PacketWitness | None:
    """What packets say of a site, kept between runs; none where nothing was asked for, or no job has hosts.

    Parameters
    ----------
    nouns : Nouns
    hops : int
        Packet-hops of the largest run; 0 for no simulation.
    """
    hosts = nouns.placement.value.hosts
    if hops == 0 or not any(name in hosts for name in nouns.site.jobs):
        return None
    reads = (
        nouns.network, nouns.policy, nouns.demands, nouns.prediction, nouns.loads, nouns.qos, nouns.site.seed, hops,
        nouns.part("jobs", "classes", "hardware", "fabrics"), sorted(hosts), *(hosts[name] for name in sorted(hosts)),
    )  # fmt: skip
    return nouns.stages.run("packets", reads, lambda: _made(nouns, hops)).value


def _made(nouns: Nouns, hops: int) -> PacketWitness:
    try:
        prepared = prepare(nouns, Wishes(hops=hops, strict=True))
        runs = runs_of(prepared)
        most = RUNAWAY * runs.hops
        found = simulate_site(prepared, runs, lambda now_s, left, done: done < most)
    except FindingsError as error:
        return PacketWitness(None, error.findings[0].message)
    except ValueError as error:
        return PacketWitness(None, str(error))
    return PacketWitness(_slim(found), "")


def _slim(found: PacketPrediction) -> PacketPrediction:
    """Without what nobody reads in a plan: times of single messages, and samples that are drawn from."""
    return replace(found, outcome=replace(found.outcome, begun_s=None, done_s=None, recorded=None))
