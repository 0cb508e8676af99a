"""Routes of EOS against Arista's own renderer: the same router in its data model gives the same lines."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.config.underlays import VARIANTS
from tests.config.vendors.machines import of_everything, of_grand

from easterly.config.eos import routing
from easterly.config.eos.avd.routes import structured
from easterly.config.switches.blocks import Block, blocks
from easterly.config.switches.machine import Machine

pyavd = pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")

BEYOND = re.compile(r"(router )?ospfv3.*|ip ospf (hello|dead)-interval .*|isis hello-.*")
"""Lines for which Arista's data model has no words."""


def tree(found: list[Block]) -> frozenset[Any]:
    """Lines and what is below them, in any order."""
    return frozenset((block.line, tree(block.inner)) for block in found if not BEYOND.fullmatch(block.line))


def agrees(machine: Machine) -> None:
    mine = structured(machine)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    theirs = tree(blocks(pyavd.get_device_config(mine)))
    lines = [block for block in blocks(routing.render(machine)) if not block.line.startswith("router isis")]
    assert tree(lines) == {(line, inner) for line, inner in theirs if not line.startswith("router isis")}


@pytest.mark.parametrize("variant", VARIANTS)
def test_lines_under_every_protocol_are_those_of_arista(variant):
    for machine in of_grand(variant, routing.NAMING, "eos"):
        agrees(machine)


@pytest.mark.parametrize("number", range(8))
def test_lines_are_those_of_arista(number):
    machine = of_everything(routing.NAMING, "eos")[number]
    mine = structured(machine)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    theirs = pyavd.get_device_config(mine)
    assert tree(blocks(routing.render(machine))) == tree(blocks(theirs)), theirs
