"""The report in a real browser, opened from disk and served in parts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.app import factory

from easterly.app import report
from easterly.app.report.join import STATIC
from easterly.app.report.page import render

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    plan = factory.small(dead=(6, 7))
    report.write(plan, factory.described(plan), path)
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "large.html"
    plan = factory.pods(32)
    report.write(plan, factory.described(plan), path)
    return path


def cell(page: Any, link: str) -> tuple[float, float]:
    """Middle of a link's cell in CSS pixels of the matrix, as the page itself lays it out."""
    page.tab.fill("#search", link)
    page.tab.press("#search", "Enter")
    page.tab.fill("#search", "")
    box = page.tab.evaluate("""() => {
        const c = document.querySelector("#matrix .marks"), s = window.devicePixelRatio;
        const { data, width } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
        let [l, t, r, b] = [1e9, 1e9, -1, -1];
        for (let i = 3; i < data.length; i += 4) if (data[i]) {
            const x = ((i - 3) / 4) % width, y = Math.floor((i - 3) / 4 / width);
            l = Math.min(l, x); r = Math.max(r, x); t = Math.min(t, y); b = Math.max(b, y);
        }
        return [(l + r + 1) / 2 / s, (t + b + 1) / 2 / s]; }""")
    return box[0], box[1]


def test_opens_from_disk_without_a_complaint_or_a_request(small: Path, open_page: Any) -> None:
    page = open_page(small)
    page.tab.wait_for_timeout(100)
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.tab.locator("#curves canvas").count() == 1


def test_a_click_on_a_cell_says_what_runs_over_the_link(small: Path, open_page: Any) -> None:
    page = open_page(small)
    plan = factory.small()
    row = {r["id"]: r for r in factory.described(plan)["links"]}["train-host-0:nic1>train-rail1-leaf-0:swp1"]
    x, y = cell(page, row["id"])
    page.tab.click("#detail .close")
    assert page.tab.is_hidden("#detail")
    page.tab.click("#matrix", position={"x": x, "y": y})
    said = page.tab.inner_text("#detail")
    assert row["id"] in said
    assert "train-rail1-leaf-0:swp1>train-host-0:nic1" in said
    assert f"{100 * row['utilisation']:.1f}\u00a0%" in said
    assert "400\u00a0Gb/s" in said
    assert page.tab.locator("#detail .direction").count() == 2
    assert set(page.tab.locator("#detail .class-row > span:first-child").all_inner_texts()) == {"bulk"}
    names = page.tab.locator("#detail .sharing tbody th").all_inner_texts()
    assert sorted(n.split()[0] for n in names) == ["a", "c"]
    shares = [
        float(t.split("\u00a0")[0]) for t in page.tab.locator("#detail .sharing td:nth-child(2)").all_inner_texts()
    ]
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_files_are_found_by_device_target_and_what_checked_them(small: Path, open_page: Any) -> None:
    """Against the groups that the page was made from."""
    from easterly.app.report.artefacts import artefacts

    plan = factory.small(dead=(6, 7))
    groups = artefacts(plan, factory.described(plan), None)
    page = open_page(small)

    def shown() -> int:
        return page.tab.locator("#artefacts details:visible").count()

    assert shown() == len(groups) > 1
    device = groups[-1].devices.split()[-1]
    page.tab.fill("#file-device", device.upper())
    wanted = [g for g in groups if device in g.devices or any(device in path for path, _ in g.files)]
    assert shown() == len(wanted) < len(groups)
    assert page.tab.inner_text("#files-found") == f"{len(wanted)} of {len(groups)} groups"
    page.tab.fill("#file-device", "")
    page.tab.select_option("#file-target", groups[0].target)
    assert shown() == sum(g.target == groups[0].target for g in groups)
    page.tab.select_option("#file-state", "PASS")
    assert shown() == 0 and page.complaints == []


def test_the_keyboard_reaches_every_part(small: Path, open_page: Any) -> None:
    page = open_page(small)
    page.tab.focus("#matrix")
    page.tab.keyboard.press("Home")
    first = page.tab.inner_text("#announce")
    assert "% used" in first
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.tab.keyboard.press(key)
    there = page.tab.inner_text("#announce")
    assert "spine" in there, "up from the hosts leads to the tier above"
    page.tab.keyboard.press("Enter")
    assert there.split(",")[0] in page.tab.inner_text("#detail")
    page.tab.keyboard.press("Escape")
    assert page.tab.is_hidden("#detail")
    assert page.tab.is_visible("#overview")


def test_arrows_walk_over_all_cells_of_a_row(large: Path, open_page: Any) -> None:
    """32 pods of 16 leaves: from the first column, 511 steps to the right end at the last."""
    page = open_page(large)
    page.tab.fill("#search", "ft-host-0:nic0")
    page.tab.press("#search", "Enter")
    page.tab.focus("#matrix")
    seen = page.tab.evaluate("""() => { const host = document.getElementById("matrix"), seen = new Set();
        for (let i = 0; i < 600; i++) { seen.add(document.getElementById("announce").textContent);
            host.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" })); }
        return [...seen]; }""")
    assert len(seen) == 512
    assert "pod 31" in seen[-1]


def test_the_large_matrix_fits_and_shows_every_link(large: Path, open_page: Any) -> None:
    page = open_page(large)
    box = page.tab.locator("#matrix canvas").first.bounding_box()
    assert box["width"] <= 1120
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 1600
    assert box["height"] < 900
    layout = page.tab.evaluate("""() => { const c = document.querySelector("#matrix canvas");
        const data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let filled = 0; for (let i = 3; i < data.length; i += 4) if (data[i] === 255) filled++;
        return filled / window.devicePixelRatio ** 2; }""")
    assert layout >= 24576 * 4, "each cell has at least 2 by 2 pixels"
    assert page.complaints == []


def test_filters_dim_what_is_not_asked_for(small: Path, open_page: Any) -> None:
    page = open_page(small)
    x, y = cell(page, "train-host-7:nic0")
    before = page.pixel(x, y)
    page.tab.select_option("#by-job", label="c")
    assert page.tab.inner_text("#found") == "4 of 24 links"
    assert page.pixel(x, y) != before
    page.tab.select_option("#by-job", label="b")
    assert page.pixel(x, y) == before
    page.tab.select_option("#by-class", label="training")
    assert page.tab.is_disabled("input[value=peak]")
    page.tab.select_option("#by-class", label="bulk")
    assert page.pixel(x, y) != before, "b sends in the other class"


def test_peak_failed_and_over_capacity_have_their_colours(open_page: Any, tmp_path: Path) -> None:
    plan = factory.small(dead=(2, 3))
    loads = plan.loads
    peak = loads.peak_bps.copy()
    peak[0] = 1.5 * loads.capacity_bps[0]
    from dataclasses import replace

    hot = replace(plan, loads=replace(loads, peak_bps=peak))
    report.write(hot, factory.described(hot), tmp_path / "hot.html")
    page = open_page(tmp_path / "hot.html")
    x, y = cell(page, "train-host-0:nic0")
    mean = page.pixel(x - 4, y)
    page.tab.locator("input[value=peak]").check(force=True)
    assert page.pixel(x - 4, y)[:3] == (0xE0, 0x48, 0x0C)
    assert mean[:3] != (0xE0, 0x48, 0x0C)
    x, y = cell(page, "train-host-0:nic1")
    assert page.pixel(x - 12, y - 6)[:3] == (0xA3, 0xA5, 0xA3)


def test_a_link_in_a_table_opens_in_the_matrix(small: Path, open_page: Any) -> None:
    page = open_page(small)
    link = page.tab.locator("#hottest .jump").first
    name = link.inner_text()
    link.click()
    assert name in page.tab.inner_text("#detail")


def test_tables_sort(small: Path, open_page: Any) -> None:
    page = open_page(small)
    head = page.tab.locator("#hottest th button", has_text="Utilisation")
    used = lambda: [float(t) for t in page.tab.locator("#hottest td.meter").all_inner_texts()]  # noqa: E731
    head.click()
    assert used() == sorted(used(), reverse=True)
    head.click()
    assert used() == sorted(used())
    assert used()[0] < used()[-1]
    page.tab.locator("#hottest th button", has_text="Link").click()
    names = page.tab.locator("#hottest .jump").all_inner_texts()
    numbers = [[int(n) for n in re.findall(r"\d+", name)] for name in names if name.startswith("train-host")]
    assert numbers == sorted(numbers, reverse=True), "numbers in names count as numbers"


def test_dark_and_light(small: Path, open_page: Any) -> None:
    page = open_page(small, theme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.tab.evaluate(paper)
    x, y = cell(page, "train-host-0:nic0")
    drawn = page.pixel(x - 4, y)
    page.tab.click("#theme")
    assert page.tab.get_attribute("html", "data-theme") == "light"
    light = page.tab.evaluate(paper)
    assert sum(map(int, re.findall(r"\d+", light))) > 3 * 200 > 3 * 60 > sum(map(int, re.findall(r"\d+", dark)))
    assert page.pixel(x - 4, y) != drawn
    assert page.complaints == []


def test_a_narrow_window_shows_everything(small: Path, open_page: Any) -> None:
    page = open_page(small, width=420)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 420
    x, y = cell(page, "train-host-0:nic0")
    page.tab.click("#detail .close")
    page.tab.click("#matrix", position={"x": x, "y": y})
    assert page.tab.is_visible("#detail")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The same page with its parts as files, on loopback."""
    plan = factory.small()
    (tmp_path / "static").symlink_to(STATIC)
    (tmp_path / "index.html").write_text(render(plan, factory.described(plan), assets="/static"), "utf-8")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_modules_work_as_files_too(served: str, open_page: Any) -> None:
    page = open_page(f"{served}/index.html")
    assert page.complaints == []
    modules = {p.name for p in STATIC.glob("*.js")}
    assert modules <= {url.rsplit("/", 1)[-1] for url in page.asked}
    x, y = cell(page, "train-host-0:nic0")
    page.tab.click("#matrix", position={"x": x, "y": y})
    assert "train-host-0:nic0" in page.tab.inner_text("#detail h3")


def oklab(colour: str) -> tuple[float, ...]:
    """OKLab of a hex colour (Ottosson 2020), from its matrices for linear sRGB."""
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    rows = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
    cone = [(x * r + y * g + z * b) ** (1 / 3) for x, y, z in rows]
    mix = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
           (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
    return tuple(sum(m * c for m, c in zip(row, cone, strict=True)) for row in mix)


@pytest.mark.parametrize(("theme", "over"), [("light", "#e0480c"), ("dark", "#ff6a35")])
def test_the_palette_is_even_in_lightness_and_far_from_over_capacity(
    theme: str, over: str, served: str, open_page: Any
) -> None:
    page = open_page(f"{served}/index.html")
    colours = page.tab.evaluate(f"import('/static/palette.js').then((m) => m.ramp({json.dumps(theme)}))")
    lab = [oklab(c) for c in colours]
    assert all((b[0] > a[0]) == (theme == "dark") for a, b in pairwise(lab)), "lightness goes one way"
    tenths = [sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 for a, b in pairwise(lab[::5])]
    assert max(tenths) < 1.2 * min(tenths), "equal steps look equal"
    # Red-green blindness leaves lightness and the blue-yellow axis b: over capacity must stand apart on those alone.
    red = oklab(over)
    assert min(((red[0] - c[0]) ** 2 + (red[2] - c[2]) ** 2) ** 0.5 for c in lab) > 0.12


def test_a_large_branch_of_prefixes_gets_its_members_when_it_is_opened(tmp_path: Path, open_page: Any) -> None:
    plan, count = factory.small(), 450
    made = factory.described(plan)
    leaves = [{"prefix": f"10.{64 + i // 256}.{i % 256}.0/25", "owner": f"leaf-{i}", "vrf": "default", "role": "hosts"}
              for i in range(count)]  # fmt: skip
    made["address"] = {"pools": [{"name": "big", "prefix": "10.64.0.0/12", "total": 1 << 20, "used": 1, "free": 1}],
                       "prefixes": leaves, "hosts": [{"ipv4": "10.64.0.2/25"}]}  # fmt: skip
    path = tmp_path / "report.html"
    report.write(plan, made, path)
    page = open_page(path)
    rows = page.tab.locator(".prefixes .within .branch")
    assert rows.count() == 0, "nothing is there before"
    page.tab.click(".prefixes summary")
    rows.first.wait_for()
    assert rows.count() == 200
    assert rows.first.inner_text().split() == ["leaf-0", "10.64.0.0/25", "0.8", "%"]
    page.tab.click(".prefixes .more")
    page.tab.click(".prefixes .more")
    assert rows.count() == count and page.tab.locator(".prefixes .more").count() == 0
    box = page.tab.locator(".prefixes .within svg path").first.bounding_box()
    assert box is not None and box["width"] > 0, "its strip is drawn"
    assert page.complaints == []
