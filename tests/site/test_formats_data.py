"""Import of the topologies and matrices that research uses; skipped where they are not at hand."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest

from easterly.site.formats import read

DATA = Path(os.environ.get("EASTERLY_DATA", Path(__file__).parents[3] / "shared/data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data at {DATA}: set EASTERLY_DATA")


@pytest.mark.parametrize(
    ("name", "nodes", "arcs"), [("B4", 12, 38), ("UsCarrier", 158, 378), ("Kdl", 754, 1790), ("ASN2k", 1739, 8558)]
)
def test_topologies_have_their_published_size(name: str, nodes: int, arcs: int) -> None:
    path = DATA / f"topologies/{name}.json"
    imported = read(path, unit="Gb/s")
    network = imported.network
    assert network is not None and imported.findings == ()
    assert (len(network.nodes), len(network.links)) == (nodes, arcs)
    assert len(network.cables) == arcs // 2  # every arc has its reverse
    total = sum(link["capacity"] for link in json.loads(path.read_text())["links"])
    assert network.links.capacity_bps.sum() == pytest.approx(total * 1e9)


def test_the_largest_topology_loads_within_a_second() -> None:
    start = time.perf_counter()
    read(DATA / "topologies/ASN2k.json", unit="Gb/s")
    assert time.perf_counter() - start < 1


def test_the_matrices_of_b4() -> None:
    matrices = read(DATA / "matrices/B4_real_tms.csv").matrices
    assert matrices is not None
    assert matrices.matrices == 36 and len(matrices) == 4752 == 36 * 12 * 11
    table = np.loadtxt(DATA / "matrices/B4_real_tms.csv", delimiter=",", skiprows=1)
    assert matrices.demand.tolist() == table[:, 3].tolist()
    assert [int(matrices.places[i]) for i in matrices.src] == table[:, 1].astype(int).tolist()
    topology = read(DATA / "topologies/B4.json", unit="Gb/s").network
    assert topology is not None and set(matrices.places) == set(topology.index)
