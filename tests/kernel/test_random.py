"""Mixing: the bits of the Python definition, and numbers that look uniform."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from easterly._kernel import random
from easterly.base.seeds import mix

WORD = st.integers(0, 2**64 - 1)


@given(st.integers(0, 5).flatmap(lambda width: st.lists(st.lists(WORD, min_size=width, max_size=width), min_size=1)))
def test_mix64_has_the_bits_of_seeds_mix(rows: list[list[int]]) -> None:
    words = np.array(rows, dtype=np.uint64).reshape(len(rows), -1)
    assert random.mix64(words).tolist() == [mix(*row) for row in rows]


@given(st.lists(WORD, max_size=4), st.integers(0, 5))
def test_uniform_is_the_upper_53_bits_of_the_counter(streams: list[int], count: int) -> None:
    drawn = random.uniform(np.array(streams, dtype=np.uint64), count)
    assert drawn.tolist() == [[(mix(s, i) >> 11) / 2**53 for i in range(count)] for s in streams]


def test_uniform_is_uniform() -> None:
    """Kolmogorov-Smirnov distance at the one-in-a-thousand level, in a stream and across streams."""
    drawn = random.uniform(np.arange(400, dtype=np.uint64), 400)
    for sample in (drawn.ravel(), drawn[:, 0], drawn[0]):
        ordered, n = np.sort(sample), len(sample)
        assert np.abs(ordered - (np.arange(n) + 0.5) / n).max() < 1.95 / np.sqrt(n)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 4 / np.sqrt(400)
