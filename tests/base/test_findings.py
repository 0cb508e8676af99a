"""Findings, rules, columns, registry and seeds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base import columns, registry, seeds
from easterly.base.findings import Finding, FindingsError, did_you_mean, nearest, rule, rules


@given(st.lists(st.text("abcdef", min_size=4, max_size=12), min_size=1, max_size=8, unique=True), st.data())
def test_one_letter_off_is_recognised(words, data):
    word = data.draw(st.sampled_from(words))
    assert nearest(word, words) == word
    assert nearest(word + "z", [word]) == word


def test_hints_name_the_nearest_or_list_a_few():
    assert did_you_mean("capacty", ["delay", "capacity"]) == "did you mean capacity?"
    assert did_you_mean("x", ["delay", "capacity"]) == "known: capacity, delay"
    assert did_you_mean("zz", [f"name{i}" for i in range(9)]).endswith("name7, ...")
    assert did_you_mean("x", []) == ""


def test_two_rules_cannot_claim_one_code(monkeypatch):
    monkeypatch.setattr("easterly.base.findings._RULES", {})

    @rule("E999", "first")
    def first():
        return []

    assert rule("E999", "first")(first) is first
    with pytest.raises(ValueError, match="E999"):
        rule("E999", "second")(lambda: [])
    assert [(entry.code, entry.check) for entry in rules().values()] == [("E999", first)]


def test_error_shows_its_first_findings():
    error = FindingsError([Finding(f"E20{i}", f"a/{i}", "bad") for i in range(7)])
    assert len(error.findings) == 7
    assert str(error).count("bad") == 5


@given(st.lists(st.floats(allow_nan=False)))
def test_columns_are_read_only_and_leave_their_source_alone(values):
    source = np.array(values, dtype=np.float64)
    made = columns.floats(source)
    assert made.tolist() == values
    assert source.flags.writeable
    assert not made.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        made[:] = 0


def test_columns_of_all_types():
    assert columns.ints([1]).dtype == np.int32
    assert columns.indices([1]).dtype == np.int64
    assert columns.bools([1]).dtype == np.bool_
    assert columns.texts(["ab", "c"]).tolist() == ["ab", "c"]
    frozen = columns.floats([1.0])
    assert columns.floats(frozen) is frozen


def test_ratio_is_silent_about_zeros():
    made = columns.ratio(columns.floats([0, 1, 1]), columns.floats([0, 0, 4]))
    assert np.isnan(made[0]) and made[1] == np.inf and made[2] == 0.25


def test_backends_are_found_by_verb_and_say_what_they_miss(monkeypatch):
    monkeypatch.setattr(registry, "_BACKENDS", {})

    @registry.backend("test.verb", "b", needs=("no_such_module",))
    def slow():
        return 1

    @registry.backend("test.verb", "a", exact=True, scales_to="10 links")
    def fast():
        return 2

    registry.backend("test.other", "c")(slow)
    found = registry.backends("test.verb")
    assert [(one.name, one.run()) for one in found] == [("a", 2), ("b", 1)]
    assert found[0].missing == () and found[1].missing == ("no_such_module",)


def test_backends_of_other_packages_are_loaded(monkeypatch):
    class Entry:
        def load(self):
            registry.backend("test.verb", "outside")(len)

    monkeypatch.setattr(registry, "_BACKENDS", {})
    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()] if group == "easterly.backends" else [])
    assert [one.name for one in registry.backends("test.verb")] == ["outside"]


def test_mix_is_splitmix64():
    """First outputs of SplitMix64 from state 0 (Steele et al. 2014; the vector of its reference code)."""
    assert seeds.mix(0) == 0xE220A8397B1DCDAF


@given(st.integers(0, 2**64 - 1), st.text(max_size=20), st.text(max_size=20))
def test_streams_differ_by_entity(seed, one, other):
    assert (seeds.stream(seed, one) == seeds.stream(seed, other)) == (one == other)
    assert 0 <= seeds.stream(seed, one) < 2**64


def test_mix_spreads_single_bits():
    """Flipping one input bit flips about half of the output bits (strict avalanche, 64 +- 5 sigma)."""
    flips = [(seeds.mix(7) ^ seeds.mix(7 ^ (1 << bit))).bit_count() for bit in range(64)]
    assert 30 < sum(flips) / len(flips) < 34
