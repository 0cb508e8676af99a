"""Every line of a text counts: without it, or with another number in it, what is read back is not the plan."""

from __future__ import annotations

import re
from functools import cache

import pytest
from tests.config.switches.plans import planned, preset

from easterly.config.switches import DIALECTS, differences, settings

TENANTS = {"red": {"share": "50%"}, "blue": {"share": "50%"}}
NAMES = sorted(set(DIALECTS) - {"sonic"})


@cache
def text(name):
    """A leaf with few ports, with all that its language has."""
    dialect, wanted = next(
        (d, s) for d, s in settings(*planned(preset("ai-cluster", name, tenants=TENANTS))) if s.ports
    )
    written = dialect.fit(wanted)
    return written, dialect.render(written).splitlines()


def noticed(name, written, lines):
    try:
        return bool(differences(written, DIALECTS[name].parse("\n".join(lines) + "\n")))
    except ValueError:
        return True


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_is_left_out_is_missed(name):
    written, lines = text(name)
    assert not noticed(name, written, lines)
    idle = [
        line for at, line in enumerate(lines)
        if line.strip(" !") and not noticed(name, written, lines[:at] + lines[at + 1 :])
    ]  # fmt: skip
    assert idle == []


@pytest.mark.no_cover
@pytest.mark.parametrize("name", NAMES)
def test_another_number_is_found(name):
    written, lines = text(name)
    idle = []
    for at, line in enumerate(lines):
        for hit in re.finditer(r"\d+", line):
            other = f"{line[: hit.start()]}{int(hit.group()) ^ 1:0{len(hit.group())}d}{line[hit.end() :]}"
            if not noticed(name, written, [*lines[:at], other, *lines[at + 1 :]]):
                idle.append(other)
    assert idle == []
