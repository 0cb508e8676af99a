"""What Linux will do with a class tree and a policer: closed forms, and a bucket in fractions."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from pytest import approx

from easterly.model.shaping import Policer, ShapedClass, Shaper
from easterly.qos.shaping import ETHERNET_B, expected, passing, tree

M = 10**6


def shaped(name: str, minor: int, parent: str | None, rate: int, quantum_B: int) -> ShapedClass:
    return ShapedClass(name, minor, parent, rate * M, 100 * M, quantum_B, 5000, 12_500)


GUIDE = Shaper(
    "eth0",
    (
        shaped("link", 1, None, 100, 1514), shaped("B", 5, "link", 60, 6000), shaped("A", 2, "link", 40, 1514),
        shaped("www", 3, "A", 30, 3000), shaped("other", 4, "A", 10, 1000),
    ),
    default="other",
)  # fmt: skip
"""The tree of Devera's guide, not written in the order of its numbers."""


def test_classes_stand_in_the_order_of_their_turns() -> None:
    """Parents before their children, and siblings by minor number, whatever the order in which they are written."""
    made = tree(GUIDE)
    assert made.name == ("link", "A", "www", "other", "B")
    assert made.parent.tolist() == [-1, 0, 1, 1, 0] and made.quantum_B.tolist() == [1514, 1514, 3000, 1000, 6000]


@pytest.mark.parametrize(
    ("busy", "wanted"),
    [
        (["www", "other", "B"], {"www": 30, "other": 10, "B": 60}),
        (["other", "B"], {"www": 0, "other": 40, "B": 60}),
        (["www", "other"], {"www": 75, "other": 25, "B": 0}),
    ],
)
def test_shares_are_those_of_the_guide(busy: list[str], wanted: dict[str, int]) -> None:
    assert expected(GUIDE, busy) == approx({name: rate * M for name, rate in wanted.items()})


def test_offers_bound_what_is_expected() -> None:
    """Who offers less than its rate leaves the rest to the others."""
    assert expected(GUIDE, {"www": 5 * M, "B": 200 * M})["B"] == approx(95 * M)
    with pytest.raises(ValueError, match="'A' is no leaf"):
        expected(GUIDE, ["A"])


@pytest.mark.parametrize(
    ("policer", "header_B", "bucket_B"),
    [
        (Policer("p", "eth0", 8 * M, 3000), ETHERNET_B, 1_003_000),
        (Policer("p", "eth0", 8 * M, 3000, hook="egress"), 0, 1_003_000),
        (Policer("p", "eth0", 8 * M, 3000, engine="tc"), 0, 3000),
    ],
    ids=["received", "sent", "tc"],
)
def test_frames_pass_as_a_bucket_in_fractions_lets_them(policer: Policer, header_B: int, bucket_B: int) -> None:
    """nftables has a second of the rate on top of its burst; on what is received it does not count the header."""
    rng, tokens, last, wanted = Random(1), Fraction(bucket_B), 0, []
    time_ns = np.cumsum([rng.choice([0, 1000, 200_000]) for _ in range(3000)])
    frame_B = np.array([rng.choice([64, 594, 1514]) for _ in time_ns])
    for now, size_B in zip(time_ns.tolist(), frame_B.tolist(), strict=True):
        tokens = min(Fraction(bucket_B), tokens + Fraction(policer.rate_bps * (now - last), 8 * 10**9))
        wanted.append(tokens >= size_B - header_B)
        tokens -= (size_B - header_B) * wanted[-1]
        last = now
    made = passing(policer, time_ns, frame_B)
    assert made.conforms.tolist() == wanted and 0 < sum(wanted) < len(wanted)
    assert made.size_B.tolist() == (frame_B - header_B).tolist()
