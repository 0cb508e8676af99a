"""Connections more and less: as if the site had always been so, and closed forms where nothing else is sent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.site import load
from easterly.study.bounds import Extra, bound_site, change_site
from easterly.study.nouns import Nouns

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tori():
    return bound_site(Nouns(load(ROOT / "examples/direct-networks.yaml").site))


@pytest.fixture(scope="module")
def rails():
    return bound_site(Nouns(load(ROOT / "examples/rail-only.yaml").site))


@pytest.mark.no_cover
def test_without_a_job_is_as_if_only_the_others_were_asked_for(tori):
    made = change_site(tori, without=["tune"])
    others = bound_site(tori.prepared.nouns, jobs=("pretrain", "simulate"))
    left = ~made.without
    assert (made.owner[made.without] == "tune").all() and left.sum() == len(others.owner)
    assert made.after.delay_s[left] == pytest.approx(others.bounds.delay_s, rel=1e-8)
    assert made.before.delay_s == pytest.approx(tori.bounds.delay_s, rel=1e-12)
    assert made.after.queues.backlog_B.sum() == pytest.approx(others.bounds.queues.backlog_B.sum(), rel=1e-8)


def test_where_nothing_else_is_sent_an_incast_is_what_comes_less_what_leaves(rails):
    """Two bursts to one interface: one waits behind the other, and a packet."""
    network = rails.prepared.nouns.network.value
    name, talk = network.nodes.name.tolist(), rails.talk
    sender, receiver = name[talk.src[0]], name[talk.dst[0]]
    rail = receiver.partition(":")[2]
    other = next(each for each in name if each.endswith(f":{rail}") and each not in (sender, receiver))
    cls = rails.prepared.nouns.demands.value.classes[talk.traffic_class[0]]
    burst_B = 1e6
    extras = [Extra(each, receiver, cls, burst_B, 0.0) for each in (sender, other)]
    made = change_site(rails, extras, sorted(set(rails.owner.tolist())))
    assert made.added.sum() == 2 and made.without.sum() == len(talk.src)
    packet_B = rails.prepared.transports[talk.traffic_class[0]].packet_B
    table = made.after.queues
    into = network.links.dst[table.link] == talk.dst[0]
    assert table.backlog_B[into].max() == pytest.approx(burst_B + packet_B, rel=1e-3)
    assert made.after.queues.load.max() < 1e-3 and made.before.queues.backlog_B.max() > burst_B
    steady = change_site(rails, [Extra(sender, receiver, cls, burst_B, 1e9)])
    rate_bps = rails.ports.rate_bps[table.link[into]].max()
    assert (steady.after.queues.load - steady.before.queues.load).max() == pytest.approx(1e9 / rate_bps, rel=1e-6)


def test_one_connection_less_lowers_and_one_more_raises(tori):
    name, talk = tori.prepared.nouns.network.value.nodes.name, tori.talk
    pair = f"{name[talk.src[0]]}>{name[talk.dst[0]]}"
    cls = tori.prepared.nouns.demands.value.classes[talk.traffic_class[0]]
    less, same = change_site(tori, without=[pair]), change_site(tori, without=[f"{pair}:{cls}"])
    assert (less.without == same.without).all() and less.without[0]
    assert (less.after.queues.backlog_B <= less.before.queues.backlog_B * (1 + 1e-8)).all()
    src, dst = pair.split(">")
    more = change_site(tori, [Extra(src, dst, cls, 1e9, 0.0)])
    assert (more.after.queues.delay_s >= more.before.queues.delay_s * (1 - 1e-8)).all()
    nic = np.flatnonzero(more.before.queues.link == tori.flows.link[0])
    assert (more.after.queues.backlog_B - more.before.queues.backlog_B)[nic].max() == pytest.approx(1e9, rel=0.01)


def test_who_is_nobody_is_said(tori):
    name = tori.prepared.nouns.network.value.nodes.name
    src, dst = str(name[tori.talk.src[0]]), str(name[tori.talk.dst[0]])
    for extra, said in (
        (Extra("fly-host-0:nik0", dst, "training", 1e6, 0.0), "did you mean fly-host-0:nic0"),
        (Extra(src, dst, "trainning", 1e6, 0.0), "did you mean training"),
        (Extra(src, src, "training", 1e6, 0.0), "to itself"),
    ):
        with pytest.raises(ValueError, match=said):
            change_site(tori, [extra])
    for name, said in (("tuna", "did you mean tune"), ("a>b", "no connection is 'a>b'")):
        with pytest.raises(ValueError, match=said):
            change_site(tori, without=[name])
