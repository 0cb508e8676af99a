"""The border of the prefix room: what is no prefix does not get in, and threads run side by side."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly._kernel import prefix as kernel


def words(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def lengths(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint8)


GOOD = (words(0), words(10 << 24), lengths(8))
NONE = (words(), words(), lengths())


@pytest.mark.parametrize("bits, hi, lo, length, says", [
    (33, *GOOD, "bits is 33"), (32, words(1), words(0), lengths(8), "row 0 is no prefix of 32 bits"),
    (32, words(0), words(1 << 32), lengths(8), "row 0"), (32, words(0), words(1), lengths(31), "row 0"),
    (32, words(0), words(0), lengths(33), "row 0"), (128, words(0), words(1), lengths(127), "row 0"),
    (128, words(1), words(0), lengths(63), "row 0"), (128, words(0), words(0), lengths(129), "row 0"),
    (32, words(), words(0), lengths(8), "hi has 0 entries"), (32, words(0), words(), lengths(8), "lo has 0 entries"),
    (32, words(0, 0), words(0, 7), lengths(0, 8), "row 1"),
])  # fmt: skip
def test_what_is_no_prefix_is_refused(bits, hi, lo, length, says):
    rows = (hi, lo, length)
    calls = [
        lambda: kernel.combine(bits, *rows, *NONE, 1), lambda: kernel.combine(bits, *NONE, *rows, 1),
        lambda: kernel.covering(bits, *rows, *NONE), lambda: kernel.covering(bits, *NONE, *rows),
        lambda: kernel.parents(bits, *rows), lambda: kernel.Lookup(bits, *rows),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ValueError, match=says):
            call()


def test_other_arguments_are_checked():
    for keep in (-1, 8):
        with pytest.raises(ValueError, match="keep is"):
            kernel.combine(32, *GOOD, *NONE, keep)
    with pytest.raises(ValueError, match="above its high"):
        kernel.ranges(32, words(0), words(2), words(0), words(1))
    with pytest.raises(ValueError, match="no address of 32 bits"):
        kernel.ranges(32, words(0), words(2), words(1), words(1))
    with pytest.raises(ValueError, match="beyond 32 bits"):
        kernel.Lookup(32, *GOOD).longest(words(0), words(1 << 40))
    with pytest.raises(ValueError, match="family"):
        kernel.format(lengths(5), *GOOD, False)
    with pytest.raises(TypeError):
        kernel.parse("10.0.0.0/8", False)
    with pytest.raises(TypeError):
        kernel.parents(32, words(0).astype(np.int64), words(0), lengths(8))


def test_whole_families():
    for bits in (32, 128):
        whole = (words(0), words(0), lengths(0))
        assert [each.tolist() for each in kernel.combine(bits, *whole, *NONE, 1)] == [[0], [0], [0]]
        assert [each.tolist() for each in kernel.combine(bits, *NONE, *NONE, 7)] == [[], [], []]
        halves = (words(0, (1 << 63) * (bits == 128)), words(0, (1 << 31) * (bits == 32)), lengths(1, 1))
        assert [each.tolist() for each in kernel.combine(bits, *whole, *halves, 1)] == [[], [], []]
        assert [each.tolist() for each in kernel.combine(bits, *halves, *NONE, 1)] == [[0], [0], [0]]
        assert kernel.Lookup(bits, *halves).longest(*halves[:2]).tolist() == [0, 1]
        assert kernel.Lookup(bits, *NONE).longest(*halves[:2]).tolist() == [-1, -1]


def test_the_longest_chains_are_found():
    """All lengths of one address, and of its last bit turned: as deep as a trie can be."""
    for bits in (32, 128):
        top = (1 << bits) - 1
        numbers = [(top >> (bits - n) << (bits - n), n) for n in range(bits + 1)] + [(top - 1, bits)]
        hi, lo = words(*(n >> 64 for n, _ in numbers)), words(*(n & (2**64 - 1) for n, _ in numbers))
        table = kernel.Lookup(bits, hi, lo, lengths(*(n for _, n in numbers)))
        asked = [top, top - 1, top - 2, top - 4, 1 << (bits - 1), 0]
        found = table.longest(words(*(n >> 64 for n in asked)), words(*(n & (2**64 - 1) for n in asked)))
        assert found.tolist() == [bits, bits + 1, bits - 2, bits - 3, 1, 0]


def test_lookups_run_in_threads_at_once():
    draw = np.random.default_rng(2)
    lo = draw.integers(0, 2**32, 50_000, dtype=np.uint64) >> np.uint64(8) << np.uint64(8)
    table = kernel.Lookup(32, np.zeros_like(lo), lo, np.full(len(lo), 24, dtype=np.uint8))
    found: list[np.ndarray] = [np.empty(0)] * 4

    def run(place: int) -> None:
        found[place] = table.longest(np.zeros_like(lo), lo)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((each == found[0]).all() for each in found) and (lo[found[0]] == lo).all()


def rows_as_objects(rows: list[list[object]], names: list[str], keep: int) -> list[dict[str, object]]:
    made = []
    for i, row in enumerate(rows):
        flat = [part for value in row for part in (value if isinstance(value, list) else [value])]
        said = {
            n: v for at, (n, v) in enumerate(zip(names, flat, strict=False)) if at < keep or v not in (None, "", [], {})
        }
        made.append({"pool": 1, "address": f"10.0.0.{i}", **said})
    return made


VALUES = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.dictionaries(st.text(max_size=2), st.text(max_size=3), max_size=2)
)
SPREAD = st.one_of(st.none(), st.lists(VALUES, min_size=2, max_size=2))


@given(st.lists(st.tuples(st.integers(), st.text(max_size=4), VALUES, SPREAD)), st.booleans())
def test_arrays_become_objects(rows: list[tuple[object, ...]], spaces: bool) -> None:
    names = ["id", "text", "any", "one", "two"]
    said = [json.dumps(row, separators=None if spaces else (",", ":"), ensure_ascii=spaces) for row in rows]
    places = "".join(f"10.0.0.{i}\n" for i in range(len(rows)))
    rest = ("\n".join(names).encode(), 2, b'"pool":1,', b"[", b"]")
    text = kernel.objects(",".join(said).encode(), places.encode(), *rest)
    assert json.loads(text) == rows_as_objects([list(row) for row in rows], names, 2)


@pytest.mark.parametrize(
    "row", ["", "1", "[1", "[1,2,3]", "[1]x", '["a]', "[,]", "[1,]", "[[1,2],[3]", "[1:2]", "[]", '["\\']
)
def test_a_row_that_is_no_array_is_told_by_its_number(row: str) -> None:
    with pytest.raises(ValueError, match="row 1 is no array"):
        kernel.objects(f"[1,2],{row},[1,2]".encode(), b"a\nb\nc\n", b"a\nb", 1, b"", b"", b"")
    with pytest.raises(ValueError, match="row 0"):
        kernel.objects(b"[1]", b"", b"a", 0, b"", b"", b"")
    with pytest.raises(ValueError, match="keep is 2"):
        kernel.objects(b"[1]", b"a", b"a", 2, b"", b"", b"")
