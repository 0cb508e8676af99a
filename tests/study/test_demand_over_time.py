"""What a site sends over time, against sums over the links by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from easterly.demand.time.profile import WEEK_s, factor
from easterly.demand.time.several import overlap
from easterly.demand.time.step import pulses
from easterly.site import load_text
from easterly.study import demand, sharing
from easterly.study.nouns import Nouns
from easterly.study.outlook import MONTHS

SITE = """
version: 1
site: {name: small}
hardware:
  switches: {sw: {ports: 32, rate: 400Gb/s}}
  hosts: {gpu8: {gpus: 8, nics: 8, nic_rate: 400Gb/s, scaleup: 3.6Tb/s, peak: 989TFLOP/s, memory: 1TB}}
fabrics:
  train:
    blueprint: leaf-spine
    hosts: {type: gpu8, count: 10}
    leaf: {type: sw, down: 16, up: 4}
    spine: {type: sw}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
tenants: {acme: {share: 60%}, beta: {share: 40%}}
classes:
  bulk: {dscp: 0, share: rest}
  training: {dscp: 26, share: 50%, lossless: true, ecn: auto}
profiles:
  office: {day: [0.2, 0.2, 0.4, 1.2, 1.6, 1.5, 1.4, 0.8], growth: 2, zone: "+01:00"}
jobs:
  pre: {tenant: acme, fabric: train, class: training, model: llama3-8b, mfu: 40%, parallel: {pp: 2, dp: 12}, batch: 48}
  tune: {tenant: beta, fabric: train, class: training, model: llama3-8b, mfu: 40%, parallel: {dp: 24}, batch: 48}
services:
  chat:
    {class: bulk, tenant: beta, model: llama3-70b, load: {requests: 60/s, prompt: 4096}, profile: office,
     replicas: {prefill: 2, decode: 2}}
"""


@pytest.fixture(scope="module")
def nouns() -> Nouns:
    return Nouns(load_text(SITE).site)


@pytest.fixture(scope="module")
def made(nouns: Nouns) -> demand.Outgoing:
    return demand.outgoing(nouns)


def test_means_are_bytes_over_the_step_and_rates_by_their_profile(made: demand.Outgoing) -> None:
    flows, phases = made.demands.flows, made.demands.phases
    (found,) = demand.rates(made, ["work"])
    hours = factor(made.paced.profiles["chat"], np.arange(168) * 3600.0)
    for name, mean in zip(found.labels[0].tolist(), found.mean_bps.tolist(), strict=True):
        own = phases.owner[flows.phase] == name
        if name == "chat":
            wanted = flows.rate_bps[own].sum() * hours.mean()
        else:
            sent = 8 * (flows.size_B * phases.times[flows.phase])[own].sum()
            wanted = sent / made.paced.steps[name].step_s
        assert mean == pytest.approx(wanted)


@pytest.mark.parametrize("place", demand.PLACES)
def test_what_is_sent_is_received(made: demand.Outgoing, place: str) -> None:
    sent, received = demand.rates(made, ["class"], place=place)
    (whole,) = demand.rates(made, [])
    assert sent.mean_bps.sum() == pytest.approx(whole.mean_bps[0])
    assert received.mean_bps.sum() == pytest.approx(whole.mean_bps[0])
    assert demand.matrices(made, "host").demand.sum() == pytest.approx(whole.mean_bps[0])


@pytest.mark.parametrize("key", sorted(demand.LABELS))
def test_every_key_gives_the_same_total(made: demand.Outgoing, key: str) -> None:
    (found,), (whole,) = demand.rates(made, [key], years=2), demand.rates(made, [], years=2)
    assert found.mean_bps.sum() == pytest.approx(whole.mean_bps[0])


def test_one_work_alone_is_its_part_of_the_whole(made: demand.Outgoing) -> None:
    parts = [demand.rates(demand.only(made, name), ["class"])[0].mean_bps.sum() for name in made.works]
    assert sum(parts) == pytest.approx(demand.rates(made, [])[0].mean_bps[0])
    assert demand.only(made, "pre").works == ("pre",)


def test_shared_links_are_those_that_both_jobs_cross_and_their_peaks_those_of_their_bytes(
    made: demand.Outgoing,
) -> None:
    """The bytes of each phase on a link, summed flow by flow, over the time for which the phase runs."""
    found = sharing.alignments(made)
    assert set(found.owners.tolist()) == {"pre+tune"}
    paths, flows, phases = made.routing.paths, made.demands.flows, made.demands.phases
    link = int(found.link[0])
    bits = np.zeros(len(phases))
    for flow in range(len(flows)):
        for k in range(paths.ptr[flow], paths.ptr[flow + 1]):
            if paths.link[k] == link:
                phase = flows.phase[flow]
                bits[phase] += 8 * flows.size_B[flow] * phases.times[phase] * paths.share[k]
    waves = []
    for name in ("pre", "tune"):
        rows = np.flatnonzero((phases.owner == name) & (bits > 0)).astype(np.int32)
        lasts = made.prediction.phase_expected_s[rows]
        waves.append(pulses(made.paced.steps[name], rows, bits[rows] / lasts))
        assert waves[-1].mean_bps * waves[-1].period_s == pytest.approx(bits[rows].sum())
    wanted = overlap(waves, float(made.network.links.capacity_bps[link]) - float(found.steady_bps[0]))
    assert found.worst_bps[0] == pytest.approx(wanted.worst_bps + found.steady_bps[0])
    assert found.expected_bps[0] == pytest.approx(wanted.expected_bps + found.steady_bps[0])
    assert found.over_expected[0] == pytest.approx(wanted.over_expected)
    assert found.exact.all()
    assert (found.bound_bps <= found.best_bps).all() and (found.best_bps <= found.worst_bps).all()
    assert found.together.sum() == sum(crosses_both(made))


def crosses_both(made: demand.Outgoing) -> list[bool]:
    paths, owner = made.routing.paths, made.demands.phases.owner[made.demands.flows.phase]
    flow = np.repeat(np.arange(len(owner)), np.diff(paths.ptr))
    used = {name: set(paths.link[owner[flow] == name].tolist()) for name in ("pre", "tune")}
    return [link in used["pre"] and link in used["tune"] for link in range(len(made.network.links))]


def test_the_outlook_names_the_first_month_in_which_a_link_is_full(nouns: Nouns, made: demand.Outgoing) -> None:
    found, loads = nouns.outlook.value, nouns.loads.value
    assert len(found) and (np.diff(found.months) >= 0).all()
    assert set(found.owner.tolist()) == {"chat"}
    paths, chat = made.routing.paths, made.demands.phases.owner[made.demands.flows.phase] == "chat"
    rate = np.repeat(made.demands.flows.rate_bps * chat, np.diff(paths.ptr)) * paths.share
    sent = np.bincount(paths.link, rate, len(loads.capacity_bps))
    busiest = factor(nouns.site.profiles["office"], np.arange(0, WEEK_s, 900.0)).max()
    total = loads.load_bps.sum(axis=0)
    for link, months, load in zip(found.link.tolist(), found.months.tolist(), found.load_bps.tolist(), strict=True):

        def at(m: float, link: int = link) -> float:
            return total[link] - sent[link] + sent[link] * busiest * 2 ** (m / 12)

        assert load == pytest.approx(at(months))
        assert at(months) > loads.capacity_bps[link]
        assert months == 0 or at(months - 1) <= loads.capacity_bps[link]
    never = np.setdiff1d(np.flatnonzero(sent > 0), found.link)
    grown = total[never] - sent[never] + sent[never] * busiest * 2 ** (MONTHS / 12)
    assert ((grown <= loads.capacity_bps[never]) | (total[never] > loads.capacity_bps[never])).all()


def test_without_profiles_nothing_is_followed() -> None:
    plain = SITE.replace("profile: office,", "")
    nouns = Nouns(load_text(plain).site)
    assert len(nouns.outlook.value) == 0
    assert "loads" not in nouns.__dict__


def test_the_golden_sites_have_steps_as_long_as_predicted() -> None:
    for path in sorted((Path(__file__).parents[1] / "golden").glob("*.yaml")):
        nouns = Nouns(load_text(path.read_text()).site)
        found, predicted = demand.outgoing(nouns), nouns.prediction.value
        steps = [found.paced.steps[name].step_s for name in predicted.job.tolist()]
        kept = np.clip(steps, predicted.step_low_s, predicted.step_high_s)
        np.testing.assert_allclose(kept, predicted.step_expected_s, rtol=1e-9)
