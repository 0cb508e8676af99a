"""YAML of strangers: small texts that stand for much, or lie deep, are refused with their line."""

from __future__ import annotations

import time

import pytest
import yaml

from easterly.model import yamls

NINES = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
BOMB = "\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x]", *NINES])
"""Ten lines; 9 ** 10 values, and as many again on the way."""


@pytest.mark.parametrize("read", [yamls.load, lambda text: list(yamls.load_all(text)), yamls.compose])
@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (BOMB, 7, "more than 1,000,000 values"),  # 9 ** 6 is below, 9 ** 7 is not
        (BOMB.encode(), 7, "more than 1,000,000 values"),
        ("a: &a {x: 1}\nb: {<<: *a}\nc: &c [*c]\n", 3, "inside its own anchor"),
        ("a:\n " + "[" * 100_000, 2, "nested deeper than 200 levels"),
        ("a\n---\n- " + "- " * 100_000, 3, "nested deeper"),
        ("\n".join(" " * n + "a:" for n in range(300)), 201, "nested deeper"),
    ],
    ids=["aliases", "bytes", "ring", "brackets", "dashes", "keys"],
)  # fmt: skip
def test_what_is_out_of_bounds_is_told_with_its_line(read: object, text: str | bytes, line: int, why: str) -> None:
    begun = time.process_time()
    with pytest.raises(yaml.MarkedYAMLError, match=why) as told:
        read(text)  # type: ignore[operator]
    assert told.value.problem_mark.line + 1 == line
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2.5, true, null, 2020-01-02, 'a & *b']",
        "a: &a {x: 1, y: [2]}\nb: {<<: *a, x: 3}\nc: [*a, *a]\n",
        "a: &a 1\nb: *a\n---\na: &a [2]\nb: *a\n",
        "base: &x [" + "1, " * 999 + "1]\n" + "".join(f"k{n}: *x\n" for n in range(900)),
        "[" * 200 + "]" * 200,
    ],
)
def test_what_is_within_bounds_is_read_as_ever(text: str) -> None:
    documents = list(yaml.safe_load_all(text))
    assert list(yamls.load_all(text)) == documents
    if len(documents) < 2:
        assert yamls.load(text) == yamls.compose(text)[1] == yaml.safe_load(text)
