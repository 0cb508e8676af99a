"""A site made smaller: it is valid, it has the sizes that were asked for, and it says what became of its works."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import easterly.app
from easterly.app.lab.shrink import shrunk, sizes
from easterly.base.findings import Severity
from easterly.site import read_source, setting
from easterly.study.check import check
from easterly.study.nouns import Nouns

DEMO = Path(easterly.app.__file__).parent / "demo.yaml"
LEAF_SPINE = Path(__file__).parents[3] / "examples" / "leaf-spine.yaml"


def small(path: Path, text: str) -> tuple[Nouns, tuple[str, ...]]:
    data, said = shrunk(read_source(path).tree.data, sizes(text))
    nouns = Nouns(setting.changed(data).site)
    assert not [each for each in check(nouns.site, nouns) if each.severity is Severity.ERROR]
    return nouns, said


@pytest.mark.parametrize(
    ("path", "text", "roles", "interfaces"),
    [
        (DEMO, "leaves=4,spines=2,hosts=8", {"leaf": 4, "spine": 2}, 4),
        (DEMO, "leaves=4,spines=3,hosts=6,nics=2", {"leaf": 4, "spine": 3}, 2),
        (LEAF_SPINE, "leaves=4,spines=2,hosts=8", {"leaf": 4, "spine": 2}, 1),
    ],
)
def test_a_smaller_site_is_valid_and_has_the_sizes_asked_for(
    path: Path, text: str, roles: dict[str, int], interfaces: int
) -> None:
    nouns, _ = small(path, text)
    network = nouns.network.value
    found = Counter(network.nodes.role[network.transit].tolist())
    assert found == roles
    assert len(network.hosts) == sizes(text)["hosts"]
    assert len(network.nodes) - sum(roles.values()) == len(network.hosts) * interfaces


def test_works_keep_their_tenants_and_about_their_shares() -> None:
    nouns, said = small(DEMO, "leaves=4,spines=2,hosts=8")
    jobs = nouns.site.jobs
    assert {name: (job.tenant, job.parallel.gpus) for name, job in jobs.items()} == {
        "pre": ("acme", 24), "tune": ("beta", 4), "chat": ("beta", 4),
    }  # fmt: skip
    assert jobs["chat"].traffic_class == "inference"
    assert "left out: intents" in said
    assert any("8 hosts of 128" in each for each in said)


@pytest.mark.parametrize("text", ["leafs=4", "hosts", "hosts=0", "hosts=-1", "hosts=2.5", ""])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write hosts=NUMBER"):
        sizes(text)


def test_what_cannot_be_made_smaller_is_refused() -> None:
    graph = Path(__file__).parents[3] / "examples" / "graph.yaml"
    with pytest.raises(ValueError, match="lab is graph"):
        shrunk(read_source(graph).tree.data, {"hosts": 2})
    with pytest.raises(ValueError, match="3 works"):
        shrunk(read_source(DEMO).tree.data, {"hosts": 2, "leaves": 2})
