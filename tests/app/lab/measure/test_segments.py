"""Packets pass the links that their list of segments says, and a list in another order is noticed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.app.lab.measure.diamond import HOSTS, Diamond, diamond
from tests.lab import require_root

from easterly.app.lab.measure.flows import burst, several
from easterly.app.lab.measure.segments import links, passed, shortest, steered
from easterly.app.lab.measure.within import Within

PACKETS = 300
WIRES = (("r1", "r2"), ("r1", "r3"), ("r2", "r3"), ("r2", "r4"), ("r3", "r4"))
CABLES = {(a, f"to-{b}"): (b, f"to-{a}") for wire in WIRES for a, b in (wire, wire[::-1])}


def test_a_way_visits_its_nodes_by_the_shortest_ways() -> None:
    assert passed(CABLES, ["r1", "r3", "r2", "r4"]) == (("r1", "to-r3"), ("r3", "to-r2"), ("r2", "to-r4"))
    assert passed(CABLES, ["r1", "r4", "r2"]) == (("r1", "to-r2"), ("r2", "to-r4"), ("r4", "to-r2"))
    with pytest.raises(ValueError, match="no cables lead from r1 to r9"):
        shortest(CABLES, "r1", "r9")
    with pytest.raises(ValueError, match="at least one node"), steered({}, CABLES, ["r1"], "fd00::1"):
        pass


@pytest.fixture
def _parts() -> None:
    require_root("ip")


def measured(made: Diamond, imposed: Sequence[str], planned: Sequence[str]) -> list[Within]:
    """Links while packets go from left to right with one list, beside those of another one."""
    address = HOSTS["right", 6]
    flows = several(1, "left", "right", HOSTS["left", 6], address)
    with steered(made.spaces, CABLES, imposed, address):
        burst(made.spaces, flows)  # neighbours are found
        return links(
            made.spaces, CABLES, passed(CABLES, planned), PACKETS, lambda: burst(made.spaces, flows, packets=PACKETS)
        )  # fmt: skip


@pytest.mark.lab
@pytest.mark.usefixtures("_parts")
def test_packets_pass_the_links_of_their_segments_and_a_wrong_order_is_noticed() -> None:
    with diamond(cross=True) as made:
        planned = ["r1", "r3", "r2", "r4"]
        right = measured(made, planned, planned)
        assert all(each.ok for each in right), right
        assert sum(each.measured > PACKETS / 2 for each in right) == 3
        wrong = measured(made, ["r1", "r2", "r3", "r4"], planned)
        assert {each.what for each in wrong if not each.ok} >= {
            f"packets that leave {a} by to-{b}"
            for a, b in (("r1", "r3"), ("r3", "r2"), ("r2", "r4"), ("r1", "r2"), ("r2", "r3"), ("r3", "r4"))
        }
