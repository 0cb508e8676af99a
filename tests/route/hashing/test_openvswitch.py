"""Groups of Open vSwitch: published hashes, shares by the chances of weights, and switches behind each other."""

from __future__ import annotations

import numpy as np
import pytest

from easterly.app.lab.bridges.chances import chances
from easterly.app.lab.measure.split import binomial_interval
from easterly.route.hashing import openvswitch, tuples_of

FLOWS = 4000
TUPLES = tuples_of(["10.0.0.1"] * FLOWS, ["10.0.1.1"] * FLOWS, np.arange(FLOWS) + 20_000, 4791, 17)


@pytest.mark.parametrize("text, seed, wanted", [
    (b"test", 0, 0xBA6BD213), (b"test", 0x9747B28C, 0x704B81DC), (b"aaaa", 0x9747B28C, 0x5A97808A),
    (b"abcd", 0x9747B28C, 0xF0478627),
])  # fmt: skip
def test_whole_words_are_hashed_as_murmurhash3_does(text, seed, wanted):
    """Vectors of MurmurHash3_x86_32, of which only the rest of a word is treated otherwise."""
    [found] = openvswitch._hashed(np.frombuffer(text, np.uint8)[None], np.array([seed], np.uint32)).tolist()
    assert found == wanted


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (1, 1, 1, 1), (5, 3, 2), (2, 0, 1)])
def test_buckets_are_taken_as_often_as_their_weights_say(weights):
    taken = np.bincount(
        openvswitch.by_score(openvswitch.select_hash(TUPLES, seed=5), weights), minlength=len(weights)
    ).tolist()  # fmt: skip
    alive = [weight for weight in weights if weight]
    wanted = iter(chances(alive))
    for weight, count in zip(weights, taken, strict=True):
        least, most = binomial_interval(FLOWS, next(wanted)) if weight else (0, 0)
        assert least <= count <= most


def test_switches_with_seeds_of_their_own_share_out_what_another_has_left_them():
    first, other = (
        openvswitch.by_score(openvswitch.select_hash(TUPLES, seed=seed), [1, 1]) for seed in (11, 12)
    )  # fmt: skip
    least, most = binomial_interval(int((first == 0).sum()), chances([1, 1])[0])
    assert least <= int((other[first == 0] == 0).sum()) <= most


def test_a_group_without_a_live_bucket_is_refused():
    with pytest.raises(ValueError, match="no bucket is alive"):
        openvswitch.by_score(openvswitch.select_hash(TUPLES), [0, 0])
