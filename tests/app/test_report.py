"""The report as bytes: what it holds, what it escapes, how large it is."""

from __future__ import annotations

import base64
import gzip
import json
import re
import time
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.app import factory

from easterly.app import report
from easterly.app.report import sections
from easterly.app.report.cells import arrange
from easterly.app.report.join import STATIC, JoinError, joined
from easterly.app.report.measure import RATES, TIMES, grouped, measure
from easterly.app.report.page import render
from easterly.app.report.sharing import share_links
from easterly.app.report.view import view
from easterly.base.columns import floats, ints
from easterly.base.findings import Finding
from easterly.model.network import Network
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.plan import Plan

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def small() -> Plan:
    return factory.small()


class Outline(HTMLParser):
    """Sections, tags that run or load, and text, as a browser would read them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.scripts = 0
        self.loads: list[str] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "section":
            self.sections.append(named.get("id") or "")
        self.scripts += tag == "script"
        self.loads += [v for k, v in attrs if k in ("src", "href") and v and v != "data:,"]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def embedded(text: str) -> dict[str, Any]:
    """The data of a page."""
    packed = re.search(r'id="data">([^<]+)<', text)
    assert packed
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed.group(1))))
    return found


def written(plan: Plan, path: Path, run: dict[str, Any] | None = None) -> str:
    report.write(plan, factory.described(plan), path, run)
    return path.read_text("utf-8")


def test_sections_come_in_order_and_nothing_is_loaded(small: Plan, tmp_path: Path) -> None:
    page = Outline(written(small, tmp_path / "report.html"))
    assert page.sections == [
        "verdicts", "fabric", "jobs", "steps", "directions", "qos", "hottest", "queues", "bill", "addresses",
        "findings", "artefacts",
    ]  # fmt: skip
    assert page.loads == []


def test_empty_sections_are_left_out(small: Plan) -> None:
    bare = replace(small, verdicts=(), findings=(), configs=DeviceConfigs(()))
    page = Outline(render(bare, factory.described(bare)))
    assert not {"verdicts", "findings", "artefacts", "failures", "placement", "services", "unserved"} & {*page.sections}


def test_later_sections_appear_once_they_have_rows(small: Plan) -> None:
    document = factory.described(small)
    document["failures"] = [factory.failed("spine-0", None, broken=("fast",))]
    document["failures_tried"] = {"cases": 1, "of": 9, "because": "1 of 9 were tried"}
    document |= factory.PLACED
    document["queues"] = [{"class": "bulk", "xoff_B": 123456}]
    document["services"] = [{"name": "chat", "tenant": None, "class": "bulk", "gpus": 16, "rate_bps": 2.5e9}]
    document["unserved"] = ["a: f-host-0 to f-host-9"]
    page = Outline(render(small, document))
    assert {"failures", "placement", "services", "unserved", "queues"} <= {*page.sections}
    said = " ".join(page.said)
    for words in (
        "stands still",
        "12.25",
        "1 of 9 were tried",
        "a-leaf-1x8",
        "1.1250",
        "123,456",
        "chat",
        "2.5",
        "f-host-9",
    ):
        assert words in said


def test_what_users_wrote_never_becomes_markup(small: Plan, tmp_path: Path) -> None:
    plain = Outline(written(small, tmp_path / "plain.html"))
    hostile = replace(
        small,
        findings=(Finding("E201", "jobs/x", f"no such thing {HOSTILE}", f"try {HOSTILE}", line=3, column=1),),
        verdicts=(replace(small.verdicts[0], because=HOSTILE, intent=HOSTILE),),
        provenance={"easterly": HOSTILE},
        configs=DeviceConfigs((Artifact(f"{HOSTILE}.conf", "", "", HOSTILE, "t"),)),
    )
    said = [{"path": f"{HOSTILE}.conf", "validator": HOSTILE, "ok": False, "output": "</details>" + HOSTILE,
             "read": f"{HOSTILE}.conf"}]  # fmt: skip
    text = written(hostile, tmp_path / "hostile.html", {"validations": said})
    page = Outline(text)
    assert page.scripts == plain.scripts == 3
    assert page.said.count(HOSTILE) >= 2
    assert HOSTILE not in text


def test_only_our_scripts_may_run(small: Plan, tmp_path: Path) -> None:
    """The policy names each script by its hash, so nothing else runs even where escaping failed."""
    import hashlib

    text = written(small, tmp_path / "report.html")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    bodies = re.findall(r"<script(?: type=\"module\")?>(.*?)</script>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for b in bodies]
    assert len(hashes) == 2
    allowed = policy.group(1).replace("&#39;", "'")
    assert all(f"'sha256-{h}'" in allowed for h in hashes)
    assert allowed.startswith("default-src 'none'")


def test_same_input_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    written(factory.small(), first, {"timings_s": {"all": 1.0}, "validations": []})
    written(factory.small(), second, {"timings_s": {"all": 2.0}, "validations": []})
    assert first.read_bytes() == second.read_bytes()


def test_a_fat_tree_of_24576_cables_is_quick_and_small(tmp_path: Path) -> None:
    plan = factory.pods(32)
    document = factory.described(plan)
    assert len(plan.network.links) == 49152
    started = time.process_time()
    report.write(plan, document, tmp_path / "report.html")
    assert time.process_time() - started < 3
    assert (tmp_path / "report.html").stat().st_size < 3e6


def test_every_cable_has_one_cell_of_its_own(small: Plan) -> None:
    cells = arrange(small.network)
    places = set(zip(*(c.tolist() for c in (cells.fabric, cells.band, cells.group, cells.x, cells.y)), strict=True))
    assert len(places) == len(cells.up) == len(small.network.cables)
    assert sorted([*cells.up.tolist(), *cells.down.tolist()]) == list(range(len(small.network.links)))


def test_columns_of_the_matrix_are_switches(small: Plan) -> None:
    """By a slow walk: all cables in one column of one block share one switch, and rows count from 0."""
    net, cells = small.network, arrange(small.network)
    columns = defaultdict(list)
    for i, link in enumerate(cells.up.tolist()):
        a, b = (net.nodes.name[n] for n in (net.links.src[link], net.links.dst[link]))
        switch = b if ":nic" in a else a
        columns[int(cells.band[i]), int(cells.group[i]), int(cells.x[i])].append((switch, int(cells.y[i])))
    for found in columns.values():
        assert len({name for name, _ in found}) == 1
        assert sorted(y for _, y in found) == list(range(len(found)))
    assert columns[0, 0, 0][0][0] == columns[1, 0, 0][0][0] == "train-rail0-leaf-0"


def test_axes_say_pods_or_rails_or_leaves() -> None:
    (tree,) = arrange(factory.fat_tree(4)).axes
    assert (tree.axis, tree.groups) == ("pod", ("0", "1", "2", "3"))
    assert tree.bands == ("spine – core", "leaf – spine", "host – leaf")  # noqa: RUF001
    (rail,) = arrange(factory.rails()).axes
    assert (rail.axis, len(rail.groups)) == ("rail", 8)
    (leaf,) = arrange(unlabelled(factory.rails(rail_count=2))).axes
    assert (leaf.axis, leaf.groups) == ("leaf", ("",))


def test_wan_links_have_a_matrix_of_their_own() -> None:
    from easterly.model.network import LinkKind

    net = factory.fat_tree(4)
    kind = net.links.kind.copy()
    kind[-2:] = LinkKind.WAN
    wan = replace(net, links=replace(net.links, kind=ints(kind)))
    axes = arrange(wan).axes
    assert [a.name for a in axes] == ["ft", "wan"], "the WAN comes last"
    assert axes[1].axis == "router"


def unlabelled(net: Network) -> Network:
    return replace(net, nodes=replace(net.nodes, rail_group=ints(np.full(len(net.nodes), -1))))


def test_sharing_equals_a_walk_over_all_flows(small: Plan) -> None:
    expected: dict[tuple[int, str], float] = defaultdict(float)
    flows, phases, paths = small.demands.flows, small.demands.phases, small.routing.paths
    step = dict(zip(small.prediction.job.tolist(), small.prediction.step_low_s.tolist(), strict=True))
    for f in range(len(flows)):
        p = int(flows.phase[f])
        owner = str(phases.owner[p])
        rate = flows.size_B[f] * 8 * phases.times[p] / step[owner]
        for k in range(int(paths.ptr[f]), int(paths.ptr[f + 1])):
            expected[int(paths.link[k]), owner] += rate * paths.share[k]
    made = share_links(small)
    found = {
        (link, str(small.demands.work.name[made.owner[k]])): made.load_bps[k]
        for link in range(len(small.network.links))
        for k in range(int(made.ptr[link]), int(made.ptr[link + 1]))
    }
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key]) for key in expected)
    assert max(np.diff(made.ptr)) == 2, "some links are shared"


def test_owners_add_up_to_classes() -> None:
    plan = factory.demo()
    made = share_links(plan)
    total = np.add.reduceat(np.append(made.load_bps, 0.0), made.ptr[:-1]) * (np.diff(made.ptr) > 0)
    np.testing.assert_allclose(total, plan.loads.load_bps.sum(axis=0), rtol=1e-12)


def test_a_service_counts_with_its_rate(small: Plan) -> None:
    flows = replace(small.demands.flows, size_B=floats(np.zeros(len(small.demands.flows))),
                    rate_bps=floats(np.full(len(small.demands.flows), 7e9)))  # fmt: skip
    plan = replace(small, demands=replace(small.demands, flows=flows))
    first = share_links(plan)
    nic = int(small.network.links.src[0])
    sending = int((small.demands.flows.src == nic).sum())
    assert first.load_bps[: first.ptr[1]].sum() == pytest.approx(7e9 * sending)


def test_the_embedded_data_says_what_plan_json_says(small: Plan) -> None:
    document = factory.described(small)
    data = embedded(render(small, document))
    rows = {row["id"]: row for row in document["links"]}
    seen = 0
    for i in range(len(data["cables"]["a"])):
        ends = [f"{data['devices']['name'][data['cables'][e][i]]}:"
                f"{'nic' if data['devices']['nic'][data['cables'][e][i]] else 'swp'}{data['cables'][e + '_port'][i]}"
                for e in "ab"]  # fmt: skip
        for side, link in (("up", ">".join(ends)), ("down", ">".join(reversed(ends)))):
            row = rows[link]
            assert data[side]["capacity"][i] * 1e6 == pytest.approx(row["capacity_bps"], rel=1e-5)
            assert sum(c[i] for c in data[side]["load"]) * 1e6 == pytest.approx(row["load_bps"], rel=1e-5)
            assert data[side]["peak"][i] * 1e6 == pytest.approx(row["peak_bps"], rel=1e-5)
            seen += 1
    assert seen == len(rows)


def test_failed_links_and_one_way_links_are_told() -> None:
    plan = factory.small(dead=(4,))
    reverse = plan.network.links.reverse.copy()
    reverse[:2] = -1
    one_way = replace(plan, network=replace(plan.network, links=replace(plan.network.links, reverse=ints(reverse))))
    data = view(one_way)
    assert data["up"]["alive"].count(0) == 1
    assert data["down"]["capacity"].count(0) == 2
    assert len(data["cables"]["a"]) == len(one_way.network.links) // 2 + 1


def test_a_plan_without_links_has_no_matrix(small: Plan) -> None:
    links = {name: getattr(small.network.links, name)[:0] for name in small.network.links.__slots__}
    links["srlg_ptr"] = small.network.links.srlg_ptr[:1]
    empty = replace(small, network=replace(small.network, links=replace(small.network.links, **links)))
    document = {**factory.described(small), "links": []}
    page = Outline(render(empty, document))
    assert "fabric" not in page.sections
    assert "hottest" not in page.sections


def test_verdicts_stand_worst_first(small: Plan) -> None:
    made = sections.verdicts(factory.described(small))
    assert [row["status"] for row in made["rows"]] == ["FAIL", "UNPROVEN", "PASS"]
    assert made["counts"] == [("FAIL", 1), ("UNPROVEN", 1), ("PASS", 1)]


def test_job_bars_add_up_to_the_high_step(small: Plan) -> None:
    made = sections.jobs(factory.described(small))
    assert [row["name"] for row in made["rows"]] == ["c", "b", "a"]
    assert [sum(float(share) for _, share in row["parts"]) for row in made["rows"]] == pytest.approx(
        [100, 100 * 1.8 / 1.9, 100 * 1.7 / 1.9], abs=0.01
    )
    assert made["rows"][0]["step"] == "1.300\u2009–\u20091.900"  # noqa: RUF001


def test_hottest_links_are_the_twenty_fullest() -> None:
    document = factory.described(factory.demo())
    rows = sections.top_links(document, 20)
    rest = sorted((r["utilisation"] for r in document["links"]), reverse=True)
    assert [r["utilisation"] for r in rows] == rest[:20]
    assert len(rows) == 20
    assert rows[0]["id"] == "train-host-96:nic0>train-rail0-leaf-3:swp1", "96 comes before 100"


@pytest.mark.parametrize(
    ("validations", "state", "words"),
    [
        ([], "NONE", "not validated"),
        ([("leaf-0", None)], "NONE", "not validated"),
        ([("leaf-0", True)], "PASS", "bgpd 8: accepted (1 of 30 read"),
        ([("leaf-0", True), ("leaf-1", False)], "FAIL", "rejected configs/leaf-1/frr.conf: line 3"),
    ],
)
def test_artefacts_say_who_checked_them(small: Plan, validations: list[Any], state: str, words: str) -> None:
    from easterly.app.report.artefacts import artefacts

    said = [
        {
            "path": f"configs/{d}/frr.conf",
            "validator": "bgpd 8",
            "ok": ok,
            "output": "line 3\n",
            "read": f"configs/{d}/frr.conf",
        }
        for d, ok in validations
    ]
    group = artefacts(small, factory.described(small), {"validations": said})[1]
    assert group.state == state
    assert words in (group.said[0] if group.said else group.badge)
    assert len(group.devices.split()) == 30 and "leaf-0" in group.devices.split()
    assert (group.count, len(group.files), group.more) == ("30", 24, 6)


def test_measures_keep_a_column_comparable() -> None:
    unit = measure([400e9, 12.5e9, None], RATES)
    assert [unit.text(v) for v in (400e9, 12.5e9, None)] == ["400.0", "12.5", "–"]  # noqa: RUF001
    assert measure([0.0021], TIMES).full(0.0021) == "2.100\u00a0ms"
    assert measure([], TIMES).text(0.0) == "0"
    assert grouped(-5) == "-5"


def test_modules_join_into_one_that_needs_nothing() -> None:
    text = joined()
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert "</script" not in text.lower()
    modules = sorted(p.name for p in STATIC.glob("*.js"))
    assert sorted(re.findall(r"^// (\w+\.js)$", text, re.MULTILINE)) == modules
    assert all(len((STATIC / m).read_text("utf-8").splitlines()) < 210 for m in modules)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.js": 'import { b } from "./b.js";\nconst x = 1;\n', "b.js": "export const x = 2;\n"}, "declared in two"),
        ({"a.js": 'import { b } from "./b.js";\n', "b.js": "export default 1;\n"}, "cannot join"),
        ({"a.js": 'import { b as c } from "./b.js";\n', "b.js": "export const b = 1;\n"}, "cannot join"),
        ({"a.js": 'import "./b.js";\n', "b.js": "export const b = 1;\n"}, "cannot join"),
    ],
)
def test_modules_that_cannot_be_joined_are_refused(files: dict[str, str], words: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(JoinError, match=words):
        joined("a.js", tmp_path)


def test_the_vendored_chart_brings_its_licence() -> None:
    assert "MIT" in (STATIC / "vendor/uplot/LICENSE").read_text("utf-8")
