"""Processes are killed in the middle of their work: nothing that was acknowledged is lost, nothing is given twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.address.ipam.churn import storm


def test_acknowledged_allocations_survive_kills(place: str, tmp_path: Path) -> None:
    found = storm(place, tmp_path, workers=3, operations=450, kills=4)
    assert found["acknowledged"] > 200


@pytest.mark.slow
def test_acknowledged_allocations_of_64_processes_survive_kills(place: str, tmp_path: Path) -> None:
    """A million operations take a machine of its own: see `storm`."""
    found = storm(place, tmp_path, workers=64, operations=32_000, kills=40)
    assert found["acknowledged"] > 10_000
