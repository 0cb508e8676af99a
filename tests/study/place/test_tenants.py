"""What tenants have and would have, on sites whose numbers are worked out by hand."""

from __future__ import annotations

import pytest
import yaml
from tests.study.place.sites import document, dp

from easterly.site import load_text
from easterly.study.nouns import Nouns
from easterly.study.place import place

SHAPE = {"hosts": 8, "nics": 2, "down": 4}


def tenants(jobs, hosts, **given):
    data = document(jobs, **SHAPE, tenants=given)
    data["hardware"]["hosts"]["h"] |= hosts
    return place(Nouns(load_text(yaml.safe_dump(data)).site), rounds=20).tenants


def test_the_example_of_the_paper_on_hosts():
    """72 cores and 144 GB in all, eight times the paper's; a GPU of A takes 8 cores and 32 GB, of B 24 and 8 GB."""
    jobs = {
        "a": dp(1, tenant="A", needs={"cpus": 8, "ram": "32GB"}),
        "b": dp(1, tenant="B", needs={"cpus": 24, "ram": "8GB"}),
    }
    found = tenants(jobs, {"cpus": 9, "ram": "18GB"}, A={"share": "50%"}, B={"share": "50%"})
    assert found.resources == ("gpus", "cpus", "ram", "nics", "uplinks")
    assert found.fair.tasks.tolist() == pytest.approx([3.0, 2.0]) and found.now.tasks.tolist() == [2.0, 2.0]
    assert [found.dominant(row) for row in range(2)] == ["ram", "cpus"]
    assert found.fair.share.tolist() == pytest.approx([2 / 3, 2 / 3])


def test_weights_are_promised_shares_and_the_price_is_against_the_programme():
    jobs = {"a": dp(2, tenant="A"), "b": dp(2, tenant="B", seq=2048)}
    found = tenants(jobs, {}, A={"share": "75%"}, B={"share": "25%"})
    assert found.fair.tasks.tolist() == pytest.approx([12.0, 4.0])
    assert found.now.envy[0, 1] > 0 and not found.fair.envy.any()  # with equal GPUs, the one promised more envies
    best = 16 * max(found.worth.tolist())
    assert found.most.value == pytest.approx(best) and found.most.bound == pytest.approx(best)
    assert found.price == pytest.approx(1 - (12 * found.worth[0] + 4 * found.worth[1]) / best)


def test_what_belongs_to_nobody_is_not_divided():
    found = tenants({"a": dp(2, tenant="A"), "b": dp(3)}, {}, A={"share": "50%"})
    assert found.tenants == ("A",) and found.fair.tasks.tolist() == pytest.approx([10.0])
    assert tenants({"b": dp(3)}, {}, A={"share": "50%"}) is None
