"""Access lists of EOS against Arista's own renderer (Arista Validated Designs): the same rules give the same lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from tests.config.access.worlds import devices

from easterly.config.access.lines import EOS
from easterly.config.eos.avd.lists import structured
from easterly.config.switches.blocks import Block, blocks
from easterly.model.access import DeviceAccess

pyavd = pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")


def tree(found: list[Block]) -> frozenset[Any]:
    return frozenset((block.line, tree(block.inner)) for block in found)


@given(wanted=devices(("Ethernet1/1", "Ethernet2/1")))
@settings(max_examples=15)
def test_lines_of_eos_are_those_of_arista(wanted: DeviceAccess) -> None:
    mine = structured(wanted)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    assert tree(blocks(EOS.render(wanted))) == tree(blocks(pyavd.get_device_config(mine)))
