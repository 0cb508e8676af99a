"""Several witnesses of one thing: bounds hold for every simulation, and means agree within what they leave out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from easterly.base.columns import ints
from easterly.model.packet_records import Recording
from easterly.predict.packet import incast, transport
from easterly.qos.buffers import incast_B
from easterly.site import load
from easterly.study import packets
from easterly.study.nouns import Nouns

ROOT = Path(__file__).parents[2]
GALLERY = sorted(path for path in (ROOT / "examples").glob("*.yaml") if "jobs:" in path.read_text("utf-8"))
QUICK = ("direct-networks", "rail-only", "two-fabrics-wan")
LARGE = ("llama3-405b",)
"""Steps of more events than a schedule may have."""


def predicted(path, hops):
    nouns = Nouns(load(path).site)
    prepared = packets.prepare(nouns, packets.Wishes(hops=hops))
    return nouns.prediction.value, packets.simulate_site(prepared, packets.runs_of(prepared))


def assert_between(path, hops):
    """Every step is between full overlap of what rates allow and none at all, and so is near what is expected."""
    rates, made = predicted(path, hops)
    assert made.outcome.complete
    for name, step_s, spread_s in zip(made.job.tolist(), made.step_s, made.spread_s, strict=True):
        row = rates.job.tolist().index(name)
        unsure = spread_s + 0.01 * step_s
        assert rates.step_low_s[row] - unsure <= step_s <= rates.step_high_s[row] + unsure, name
        assert step_s == pytest.approx(rates.step_expected_s[row], rel=0.15), name


@pytest.mark.parametrize("name", QUICK)
def test_a_step_is_between_its_bounds(name):
    assert_between(ROOT / f"examples/{name}.yaml", 500_000)


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in GALLERY if path.stem not in LARGE], ids=lambda path: path.stem)
def test_steps_of_the_gallery_are_between_their_bounds(path):
    assert_between(path, 4_000_000)


@pytest.mark.parametrize(("senders", "size_B"), [(2, 14_480), (7, 144_800), (31, 72_400)])
def test_no_queue_is_longer_than_its_bound(senders, size_B):
    """All at once into one port: what arrives, less what leaves meanwhile; and packets that are on their way."""
    how = transport("newreno")
    whole_B = size_B * how.packet_B / (how.packet_B - how.header_B)
    bound_B = incast_B(senders, whole_B, 100e9, 100e9) + 2 * how.packet_B
    port = ints([2 * senders + 1])
    deep = {}
    for window in (10.0, 1e6):
        found = incast(
            senders,
            size_B,
            100e9,
            replace(how, first_window=window, nic_B=10**9),
            recording=Recording(depth_links=port),
        )
        assert found.recorded is not None and found.recorded.depths is not None
        deep[window] = float(found.recorded.depths.most_B[0])
        assert deep[window] <= bound_B
    # Windows without limit are the burst that the bound supposes, but for the packet that each sender sends apart.
    assert deep[1e6] >= bound_B - (senders + 2) * how.packet_B
    assert np.isfinite(found.fct_s).all()
