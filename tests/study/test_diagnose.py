"""Causes of slow jobs: Bayes' rule by enumeration, the figures behind them by closed forms, known cases."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from easterly import site as text
from easterly.base.findings import FindingsError
from easterly.model.spec.symptoms import Symptoms
from easterly.site.source import from_text
from easterly.study.diagnose import SIGNS, Around, Cause, Odds, causes_of, diagnose, figures_of, rank
from easterly.study.nouns import Nouns

SITE = """
version: 1
site: {{name: even}}
hardware:
  switches: {{sw: {{ports: 64, rate: 400Gb/s, buffer: 64MB}}}}
  hosts: {{dgx: {{gpus: 8, nics: 8, nic_rate: 400Gb/s, gpu: h100-sxm}}}}
fabrics:
  east: {{blueprint: leaf-spine, hosts: {{type: dgx, count: {hosts}}}, leaf: {{type: sw, down: {down}, up: {up}}}, spine: {{type: sw}}}}
classes:
  training: {{dscp: 26, share: 70%, lossless: {lossless}, ecn: auto}}
  default: {{dscp: 0, share: rest}}
jobs:
  pre: {{fabric: east, class: training, model: llama3-70b, parallel: {{tp: 8, pp: 4, dp: {dp}}}, batch: 512, mfu: 41%}}
"""  # noqa: E501


def nouns(hosts: int = 64, down: int = 32, up: int = 32, *, lossless: str = "true") -> Nouns:
    return Nouns(text.load_text(SITE.format(hosts=hosts, down=down, up=up, dp=hosts // 4, lossless=lossless)).site)


@pytest.fixture(scope="module")
def even() -> Nouns:
    return nouns()


def seen(made: Nouns, words: str):
    return diagnose(made, text.parse_as(from_text(words, "symptoms.yaml"), Symptoms))


def first(made: Nouns, words: str) -> str:
    return seen(made, words).ranking.causes[0].name


@pytest.mark.parametrize("name", SIGNS)
def test_chances_are_probabilities(name):
    sign = SIGNS[name]
    for expected in (sign.usual, Odds(dict.fromkeys(sign.words, 1.0)) if sign.words else Around(sign.high / 2, 1.5)):
        made = sign.chances(expected)
        assert made.min() > 0
        assert made.sum() == pytest.approx(1)


def test_nine_in_ten_values_are_within_the_factor():
    sign = SIGNS["slowdown"]
    made = sign.chances(Around(10.0, 1.5))
    inside = sum(made[i] for i in range(sign.bins) if sign.edges[i] >= 10 / 1.5 and sign.edges[i + 1] <= 10 * 1.5)
    # 95 in 100 are of the cause, nine in ten of these inside; the ends of the range fall between those of bins
    assert 0.78 < inside < 0.9


def causes() -> list[Cause]:
    """Three causes of four signs, made up."""
    return [
        Cause("a", "", "", "", 1.0, {"drops": Odds({"none": 1, "many": 3}), "restart": Odds({"same": 1})}),
        Cause("b", "", "", "", 2.0, {"drops": Odds({"none": 1}), "who": Odds({"one": 1})}),
        Cause("c", "", "", "", 0.5, {"who": Odds({"all": 1, "some": 1})}),
    ]


def chance(cause: Cause, name: str, word: str) -> float:
    """Straight from the definition: 19 parts of what is expected, one of anything."""
    weight = (cause.expects.get(name) or SIGNS[name].usual).weight
    words = SIGNS[name].words
    return 0.95 * weight.get(word, 0) / sum(weight.values()) + 0.05 / len(words)


@pytest.mark.parametrize("observed", [{"drops": "many"}, {"drops": "none", "who": "one"}, {"restart": "other"}, {}])
def test_probabilities_are_those_of_enumeration(observed):
    joint = {c.name: c.odds * math.prod(chance(c, n, w) for n, w in observed.items()) for c in causes()}
    made = rank(causes(), observed)
    for cause, probability in zip(made.causes, made.probability, strict=True):
        assert probability == pytest.approx(joint[cause.name] / sum(joint.values()))
    assert list(made.probability) == sorted(made.probability, reverse=True)


def test_gain_is_the_entropy_that_looking_removes():
    made = rank(causes(), {"drops": "none"})
    now = dict(zip((c.name for c in made.causes), made.probability, strict=True))
    before = -sum(p * math.log2(p) for p in now.values())
    for name in ("who", "restart"):
        after = 0.0
        for word in SIGNS[name].words:
            joint = {c.name: now[c.name] * chance(c, name, word) for c in causes()}
            total = sum(joint.values())
            after -= sum(p * math.log2(p / total) for p in joint.values())
        assert made.gain[made.next_signs.index(name)] == pytest.approx(before - after, abs=1e-9)
    assert (np.diff(made.gain) <= 0).all()


def test_evidence_sums_to_the_change_of_odds_for_two_causes():
    two = causes()[:2]
    for drops, who in itertools.product(SIGNS["drops"].words, SIGNS["who"].words):
        made = rank(two, {"drops": drops, "who": who})
        row = [c.name for c in made.causes].index("a")
        odds = made.probability[row] / made.probability[1 - row]
        assert math.log2(odds) == pytest.approx(math.log2(1 / 2) + made.evidence[row].sum(), abs=1e-9)


def test_there_must_be_a_cause():
    with pytest.raises(ValueError, match="no cause"):
        rank([], {})


def test_sixty_per_cent_without_drops_is_hashing_first(even):
    made = seen(even, "{bandwidth: 60%, drops: none}")
    assert made.ranking.causes[0].name == "hash-collisions"
    figures = made.figures
    # 32 senders of a leaf on 32 links, of which 1/16 stay below the leaf: w (1 - (1 - 1/w)^f) / w of them are used
    used = 1 - (1 - 1 / 32) ** (32 * 15 / 16)
    assert figures.used == pytest.approx(used, abs=0.02)
    assert 0.48 < figures.permutation.share < 0.58
    assert figures.several.share > figures.permutation.share + 0.2
    assert "62%" in made.ranking.causes[0].why or f"{figures.used:.0%}" in made.ranking.causes[0].why


def test_many_connections_per_link_do_not_collide_so_badly():
    made = seen(nouns(96, down=48, up=16), "{bandwidth: 60%, drops: none}")
    assert made.figures.oversubscription == pytest.approx(3)
    assert made.figures.permutation.share > 0.7
    assert made.ranking.causes[0].name != "hash-collisions"


@pytest.mark.no_cover
@pytest.mark.parametrize(("words", "cause"), [
    ("{job: pre, collective: {normal: 100ms, p50: 130ms}, server_cpu: 95%, drops: some, drops_at: spine}",
     "busy-servers"),
    ("{job: pre, compute_skew: 1.4, who: one, drops: none, pauses: none}", "straggler"),
    ("{job: pre, pauses: many, drops: none, steps: {p50: 14s, p99: 50s}, when: sometimes}", "pause-spreading"),
    ("{job: pre, drops: many, pauses: none, retransmissions: many}", "wrong-class"),
    ("{job: pre, errors: many, retransmissions: some, who: some}", "bad-optic"),
    ("{job: pre, when: periodic, steps: {normal: 13s, p50: 13.2s, p99: 40s}}", "checkpoints"),
    ("{job: pre, host_cpu: 96%, drops: none, collective: {normal: 1s, p50: 1.4s}}", "busy-hosts"),
    ("{job: pre, marks: many, drops: none, pauses: none, bandwidth: 87%, restart: same}", "early-marks"),
    ("{bandwidth: 5%, drops: none, restart: same, when: always, imbalance: 1.05}", "small-window"),
])  # fmt: skip
def test_known_cases(even, words, cause):
    if cause == "small-window":  # a path over a WAN: 64 KiB in 2 ms there and back of 400 Gb/s
        figures = replace(figures_of(even, ""), rtt_s=0.5e-3)
        made = rank(causes_of(figures), {"bandwidth": 0.125, "drops": "none", "restart": "same", "imbalance": 1.05})
        assert made.causes[0].name == cause
    else:
        assert first(even, words) == cause


def test_slow_steps_now_and_then_are_timeouts_or_overflow():
    made = seen(nouns(lossless="false"), "{job: pre, steps: {p50: 100ms, p99: 2s}, when: sometimes, drops: some}")
    causes = [cause.name for cause in made.ranking.causes[:4]]
    assert "slowdown" not in made.seen, "100 ms are no step of this plan"
    assert {"incast", "flapping-link", "bad-optic", "bursts", "interference"} & set(causes[:2])


def test_a_lost_spine_is_seen_by_its_links(even):
    network = even.network.value
    spine = np.flatnonzero(network.nodes.role == "spine")[0]
    link = network.link_ids[np.flatnonzero(network.links.src == spine)[0]]
    made = seen(even, f"{{job: pre, links: {{'{link}': {{state: down}}}}, when: since}}")
    assert made.seen["down"] == "yes"
    assert made.ranking.causes[0].name == "lost-spine"
    assert made.places == ((str(link), "down"),)
    lost = next(each for each in made.figures.lost if "spine" in each.what)
    assert 0.8 < lost.share <= 1


def test_counters_of_links_become_signs(even):
    network = even.network.value
    leaf = np.flatnonzero(network.nodes.role == "leaf")[0]
    up = [str(network.link_ids[i]) for i in np.flatnonzero(network.links.src == leaf)
          if network.nodes.tier[network.links.dst[i]] == 2][:3]  # fmt: skip
    loads = ("90%", "30%", "30%")
    rows = ", ".join(f"'{name}': {{utilisation: {load}, drops: some}}" for name, load in zip(up, loads, strict=True))
    made = seen(even, f"{{links: {{{rows}}}}}")
    assert made.seen["imbalance"] == pytest.approx(90 / 50)
    assert made.seen["drops"] == "some"
    assert made.seen["drops_at"] == "leaf"
    assert made.seen["down"] == "no"


@pytest.mark.no_cover
def test_every_cause_explains_what_it_expects(even):
    """Where all that a cause expects is seen, nothing of what is known is likelier."""
    figures = figures_of(even, "pre")
    for cause in causes_of(replace(figures, fan_in=16, beside=1.5, others=("x",), checkpoint_every_s=600.0)):
        typical = {
            name: float(SIGNS[name].edges[int(np.argmax(SIGNS[name].chances(expected)))] * 1.001)
            if isinstance(expected, Around) else max(expected.weight, key=expected.weight.__getitem__)
            for name, expected in cause.expects.items()
            if not (isinstance(expected, Around) and math.isinf(expected.factor))
        }  # fmt: skip
        if cause.name != "other" and cause.odds > 0.02:
            made = rank(causes_of(figures), typical)
            assert cause.name in [each.name for each in made.causes[:4]], cause.name


def test_what_cannot_be_diagnosed(even):
    with pytest.raises(FindingsError, match="E720"):
        seen(even, "{job: pre}")
    with pytest.raises(FindingsError, match="E202 job"):
        seen(even, "{job: pro, drops: none}")
    with pytest.raises(FindingsError, match="E202 links/a>b"):
        seen(even, "{links: {'a>b': {errors: some}}}")
    with pytest.raises(FindingsError, match="E204"):
        seen(even, "{drops: lots}")


def test_networks_without_ways_between_leaves_have_no_permutation():
    made = figures_of(Nouns(text.load("examples/rail-only.yaml").site), "")
    assert (made.permutation.share, made.used) == (1.0, 1.0)
