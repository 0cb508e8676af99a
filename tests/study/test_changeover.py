"""From one site to another: patches that come back, the best order by brute force, loads by hand."""

from __future__ import annotations

import itertools
import json
import math
import random
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.app.changing.answer import export
from easterly.base.findings import FindingsError
from easterly.study.changeover import apply, changeover, steps
from easterly.study.changeover.search import best

WAN = """
version: 1
site: {name: towns}
hardware: {switches: {r: {ports: 32, rate: 400Gb/s, buffer: 8GB}}}
fabrics: {}
wan:
  sites: {north: {}, east: {}, south: {}, west: {}}
  links:
    ne: {a: north, b: east, rate: 100Gb/s, delay: 5ms}
    es: {a: east, b: south, rate: 100Gb/s, delay: 5ms}
    sw: {a: south, b: west, rate: 100Gb/s, delay: 5ms}
    wn: {a: west, b: north, rate: 100Gb/s, delay: 5ms}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/20}}
classes: {default: {dscp: 0, share: rest}}
traffic:
  all: {kind: matrix, class: default, rates: {north: {east: 40Gb/s, south: 20Gb/s}, west: {east: 30Gb/s}}}
"""
TREES = st.recursive(
    st.integers(0, 3) | st.booleans() | st.text("ab~/", max_size=3),
    lambda inner: st.dictionaries(st.text("abc~/", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=12,
)


def site(**links: str | None) -> dict:
    """The WAN with links as they are said."""
    data = yaml.safe_load(WAN)
    for name, said in links.items():
        if said is None:
            del data["wan"]["links"][name]
        else:
            data["wan"]["links"][name] = yaml.safe_load(said)
    return data


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from(["jobs", "wan", "fabrics"]), TREES, max_size=3),
       st.dictionaries(st.sampled_from(["jobs", "wan", "fabrics"]), TREES, max_size=3), st.randoms())  # fmt: skip
def test_steps_in_any_order_lead_there_and_back(before, after, order):
    made = steps(before, after)
    order.shuffle(made)
    data, on_the_way = before, [before]
    for step in made:
        data = apply(data, step.patch)
        on_the_way.append(data)
    assert data == after and json.dumps(data, sort_keys=True) == json.dumps(after, sort_keys=True)
    for step, was in zip(reversed(made), reversed(on_the_way[:-1]), strict=True):
        data = apply(data, step.undo)
        assert data == was


def test_a_patch_of_another_file_is_refused():
    step = steps({"jobs": {"a": {"x": 1}}}, {"jobs": {"a": {"x": 2}}})[0]
    with pytest.raises(ValueError, match="/jobs/a/x is not there"):
        apply({"jobs": {"a": {}}}, step.patch)


@pytest.mark.parametrize("seed", range(30))
def test_the_order_is_the_best_of_all(seed):
    draw = random.Random(seed)
    count = draw.randint(0, 5)
    costs = {(made, step): draw.choice([0.2, 0.5, 0.7, 0.9, math.inf]) for size in range(count)
             for made in map(frozenset, itertools.combinations(range(count), size))
             for step in range(count) if step not in made}  # fmt: skip

    def worst(order):
        return max([0.3, *(costs[frozenset(order[:i]), step] for i, step in enumerate(order))])

    least = min(worst(order) for order in itertools.permutations(range(count)))
    made = best(count, lambda at, step: costs[at, step], 0.3, 10_000)
    assert made.worst == made.bound == least
    assert math.isinf(least) or worst(made.steps) == least
    hasty = best(count, lambda at, step: costs[at, step], 0.3, 0)
    assert hasty.bound <= least <= hasty.worst


def test_loads_on_the_way_are_those_of_hand():
    """East to south goes over what is left of the ring: a link with 100 Gb/s is taken down to be widened."""
    made = changeover(site(), site(ne="{a: north, b: east, rate: 200Gb/s, delay: 5ms}"))
    (step,) = made.taken
    # shortest ways: north to east 40 directly; north to south and west to east have two ways of equal length, half each
    assert made.before.utilisation == pytest.approx((40 + 20 / 2 + 30 / 2) / 100)
    # without that link 40 go round by west and south, 20 too, and west to east all by south
    assert step.during.utilisation == pytest.approx((40 + 20 + 30) / 100)
    assert step.during.why.startswith("while ")
    assert step.after.utilisation == pytest.approx((40 + 10 + 15) / 200)
    assert made.worst == made.bound == pytest.approx(0.9)


def test_room_is_made_before_it_is_taken():
    """The link that is to go carries what the new one will: adding first keeps the ring half as full."""
    after = site(ne=None, x="{a: north, b: east, rate: 400Gb/s, delay: 5ms}")
    made = changeover(site(), after)
    assert [each.step.name for each in made.taken] == ["wan/links/x", "wan/links/ne"]
    assert made.as_written > made.worst == made.bound
    # west to south has half of what west sends east, and half of what north sends south
    assert made.taken[-1].after.utilisation == pytest.approx((15 + 10) / 100)


def along(data: dict, order: list) -> float:
    """Worst of an order, each step as a changeover of its own."""
    most = 0.0
    for step in order:
        after = apply(data, step.patch)
        try:
            most, data = max(most, changeover(data, after).worst), after
        except FindingsError:
            return math.inf
    return most


@pytest.mark.no_cover
def test_order_of_real_steps_is_the_best_of_all():
    after = site(
        ne="{a: north, b: east, rate: 200Gb/s, delay: 5ms}",
        wn=None,
        x="{a: north, b: south, rate: 100Gb/s, delay: 5ms}",
    )
    made = changeover(site(), after)
    given_steps = steps(site(), after)
    worst = [along(site(), [given_steps[row] for row in order]) for order in itertools.permutations(range(3))]
    assert made.worst == pytest.approx(min(worst))
    assert max(worst) > made.worst


def test_nothing_to_do():
    made = changeover(site(), site())
    assert made.taken == () and made.worst == made.bound == made.before.utilisation


def test_no_order_without_a_sound_site_between():
    """Two classes that swap their code points: whichever goes first, both have the same."""
    before, after = site(), site()
    for data, points in ((before, (10, 20)), (after, (20, 10))):
        data["classes"].update(x={"dscp": points[0], "share": "10%"}, y={"dscp": points[1], "share": "10%"})
    with pytest.raises(FindingsError, match=r"E721 : no order of the 2 steps .* after classes/x alone, E"):
        changeover(before, after)


@pytest.mark.no_cover
def test_differences_of_devices_apply_and_come_back(tmp_path: Path):
    after = site(
        ne="{a: north, b: east, rate: 200Gb/s, delay: 5ms}",
        wn=None,
        x="{a: north, b: south, rate: 100Gb/s, delay: 5ms}",
    )
    made = changeover(site(), after)
    files = export(made, tmp_path / "steps")
    assert len(files) == 3 * len(made.taken)
    from easterly.study.changeover.states import States

    def rendered(data: dict) -> dict[str, str]:
        return {each.path: each.text for each in States().nouns(data).configs.value.artifacts}

    tree = tmp_path / "tree"
    for name, text in rendered(site()).items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8", newline="")

    def there() -> dict[str, str]:
        return {str(path.relative_to(tree)): path.read_bytes().decode() for path in tree.rglob("*") if path.is_file()}

    diffs = [path for path in files if path.suffix == ".diff" and path.stat().st_size]
    assert diffs
    for diff in diffs:
        subprocess.run(["git", "apply", "--whitespace=nowarn", str(diff)], cwd=tree, check=True)
    assert there() == rendered(made.taken[-1].data)
    for diff in reversed(diffs):
        subprocess.run(["git", "apply", "-R", "--whitespace=nowarn", str(diff)], cwd=tree, check=True)
    assert there() == rendered(site())
