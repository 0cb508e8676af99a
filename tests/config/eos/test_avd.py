"""EOS against Arista's own renderer: the same settings in its data model give the same lines.

Arista Validated Designs (pyavd, https://avd.arista.com, role eos_cli_config_gen) has a schema of what EOS takes and
templates of how EOS prints it. It does not run a switch, so commands that a platform refuses are not found here.
"""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.config.switches.plans import PRESETS, machines, planned, preset

from easterly.config.eos import fit, port_name, render
from easterly.config.eos.avd.classes import structured
from easterly.config.switches import settings
from easterly.config.switches.blocks import Block, blocks
from easterly.model.queueing import SwitchSetting

pyavd = pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")


def tree(found: list[Block]) -> frozenset[Any]:
    """Lines and what is below them, in any order."""
    return frozenset((block.line, tree(block.inner)) for block in found)


def agrees(switch: SwitchSetting, text: str) -> bool:
    mine = structured(switch)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    return tree(blocks(text)) == tree(blocks(pyavd.get_device_config(mine)))


@pytest.mark.no_cover
@pytest.mark.parametrize("words", PRESETS)
def test_lines_are_those_of_arista(words):
    spec, network, plan = planned(preset(words, "eos"))
    for _, wanted in settings(spec, network, plan):
        written = fit(wanted)
        text = render(written)
        assert agrees(written, text)
        assert not agrees(written, text.replace("bandwidth percent", "bandwidth-percent"))


@hypothesis.settings(max_examples=20)
@given(switch=machines(port_name))
def test_lines_of_any_switch_are_those_of_arista(switch):
    written = fit(switch)
    assert agrees(written, render(written))


@hypothesis.settings(max_examples=20)
@given(switch=machines(port_name), pmax=st.integers(101, 10**6))
def test_the_schema_of_arista_refuses_what_is_out_of_range(switch, pmax):
    wrong = structured(fit(switch))
    wrong["qos_profiles"][0]["uc_tx_queues"][0]["random_detect"] = {
        "ecn": {"threshold": {"units": "bytes", "min": 1, "max": 2, "max_probability": pmax}}
    }
    assert pyavd.validate_structured_config(wrong).validation_result.violations
