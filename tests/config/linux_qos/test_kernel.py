"""The kernel makes of the rendered text what was wanted; `tc` and `nft` refuse what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.config.linux_qos.trees import M, policers, shaped, shapers
from tests.lab import require_root

from easterly.config.linux.qos import check, render
from easterly.model.outcome import Artifact, Validation
from easterly.model.shaping import LinuxQos, Policer, Shaper

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True, scope="module")
def _parts() -> None:
    require_root("ip", "tc", "nft", "unshare")


def judged(machine: LinuxQos) -> list[Validation]:
    checker = check.checker()
    assert checker is not None
    return [checker.check(file) for file in render(machine) if checker.takes(file)]


# More than 2^32 - 1 B/s is told with 64-bit attributes, a burst below a tick of such a rate is none.
@given(shapers(leaf=("pfifo", "bfifo"), most_bps=10**9))
@settings(max_examples=15)
def test_the_kernel_holds_what_was_wanted(shaper: Shaper) -> None:
    [found] = judged(LinuxQos("h", (shaper,)))
    assert found == Validation("linux/h.tc", "tc", True, "")


@given(policers(engines=("nft",)))
@settings(max_examples=15)
def test_nftables_holds_what_was_wanted(policer: Policer) -> None:
    [found] = judged(LinuxQos("h", (), (policer, replace(policer, name="again", hook="egress"))))
    assert found == Validation("linux/h.nft", "nft", True, "")


def test_queues_that_this_kernel_has_not_are_not_validated() -> None:
    shaper = Shaper("eth0", (shaped("a", 2, None, M, leaf="fq_codel"),), "a")
    [found] = judged(LinuxQos("h", (shaper,), (Policer("p", "eth0", 8 * M, 1500, (), "tc"),)))
    missing = [part for part in ("fq_codel", "police") if check.lacks(part)]
    if missing:
        assert (found.validator, found.ok) == ("not validated", None)
        assert all(part in found.output for part in missing)
    else:
        assert found.ok


@pytest.mark.parametrize(
    ("old", "new"), [("quantum 1514", ""), ("rate 1000000bit", "rate lots"), ("parent 1:2", "parent 1:7")]
)
def test_mistakes_are_found(old: str, new: str) -> None:
    shaper = Shaper("eth0", (shaped("a", 2, None, M, 8 * M), shaped("b", 3, "a", M, 8 * M)), "b")
    [file] = render(LinuxQos("h", (shaper,)))
    assert old in file.text
    checker = check.checker()
    assert checker is not None
    found = checker.check(Artifact(file.path, file.text.replace(old, new), "h", "linux", ""))
    assert found.ok is False
    assert found.output


def test_a_mistake_for_nftables_is_found() -> None:
    [file] = render(LinuxQos("h", (), (Policer("p", "eth0", 8 * M, 1500),)))
    checker = check.checker()
    assert checker is not None
    found = checker.check(Artifact(file.path, file.text.replace("bytes/second", "bytes/fortnight"), "h", "linux", ""))
    assert found.ok is False
    assert "fortnight" in found.output
