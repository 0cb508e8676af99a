"""Plots of packets: points where the numbers are, words that say what is seen, pages that are whole."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.app.test_calc_buffer import run

from easterly.app.report import packets, plots
from easterly.app.report.incast import Incast, groups, stage
from easterly.app.report.plots import HEIGHT, WIDTH, Curve, Rule, axis, plot, thinned
from easterly.base.columns import floats, ints, texts
from easterly.base.units import RATE, SIZE, TIME, parse
from easterly.model.packet_records import Recording
from easterly.predict.packet import by_size, incast, transport

HUNDRED = 100e9


@pytest.fixture(scope="module")
def burst():
    recording = Recording(every_s=2e-6, group=ints(groups(7)))
    return incast(7, 200_000, HUNDRED, transport("dctcp"), buffer_B=150_000, mark_B=30_000, recording=recording)


def tree(made):
    found = ElementTree.fromstring(made)
    assert found.get("role") == "img" and found.get("aria-label")
    return found


def points(element):
    return np.array([[float(x) for x in pair.split(",")] for pair in element.get("points").split()])


def test_points_are_where_the_numbers_are():
    curve = Curve("a & b", np.array([0.0, 1e-3, 2e-3]), np.array([0.0, 5e5, 1e6]))
    made = plot([curve], axis("time", curve.x, TIME), axis("queue", curve.y, SIZE), title="<t>", said="s",
                rules=[Rule("limit", 7.5e5), Rule("far", 1e9)])  # fmt: skip
    root = tree(made)
    assert points(root.find("polyline")).tolist() == [[0, HEIGHT], [WIDTH / 2, HEIGHT / 2], [WIDTH, 0]]
    words = [text.text for text in root.iter("text")]
    assert {"500us", "1ms", "200kB", "1MB", "a & b", "limit", "time", "queue"} <= set(words) and "far" not in words
    rule = next(line for line in root.iter("line") if line.get("class") == "rule")
    assert float(rule.get("y1")) == HEIGHT / 4


@pytest.mark.parametrize(
    ("high", "ticks"), [(1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (7.0, [0, 2, 4, 6]), (30.0, [0, 10, 20, 30])]
)
def test_ticks_are_round(high, ticks):
    assert plots.Axis("x", 0.0, high).ticks() == pytest.approx(ticks)


def test_a_logarithmic_axis_has_decades():
    made = axis("x", np.array([3e-6, 2e-3, np.inf]), TIME, log=True)
    assert (made.low, made.high) == pytest.approx((1e-6, 1e-2)) and made.ticks() == pytest.approx(
        [1e-6, 1e-5, 1e-4, 1e-3, 1e-2]
    )
    assert made.at(np.array([1e-4])) == pytest.approx([0.5])


def test_axes_hold_their_values_and_little_more():
    tail = axis("probability", [1.0, 1e-9], log=True)
    assert (tail.low, tail.high) == pytest.approx((1e-9, 1.0)) and len(tail.ticks()) == 10
    assert len(axis("probability", [1.0, 1e-20], log=True).ticks()) <= plots.DECADES + 1
    ring = axis("window", [85.0, 97.0], near=True)
    assert (ring.low, ring.high) == pytest.approx((85.0, 100.0))
    assert axis("window", [3.0, 97.0], near=True).low == 0


def test_no_name_is_cut_off():
    name, far = "as many letters as a name has", 123.4567e9
    curve = Curve(name, np.array([0.0, 1.0]), np.array([0.0, far]))
    made = tree(plot([curve], axis("x", [1.0]), axis("y", [far], RATE), title="t", said="s"))
    left, _, width, _ = (float(x) for x in made.get("viewBox").split())
    assert left + width - WIDTH > 7 * len(name) and -left >= plots.LEFT


def test_thinning_keeps_every_peak():
    y = np.zeros(100_000)
    y[[17, 40_000, 99_000]] = 1, 5, -3
    x, thin = thinned(np.arange(len(y), dtype=float), y)
    assert len(thin) < 2000 and {1, 5, -3} <= set(thin.tolist()) and (np.diff(x) > 0).all()
    assert (x[0], x[-1]) == (0, 99_999)


def test_names_do_not_lie_on_each_other():
    curves = [Curve(f"n{i}", np.array([0.0, 1.0]), np.array([0.0, 1e-3 * i])) for i in range(5)]
    made = plot(curves, axis("x", [1.0]), axis("y", [1.0]), title="t", said="s")
    ys = sorted(float(t.get("y")) for t in tree(made).iter("text") if (t.get("class") or "").startswith("name"))
    assert len(ys) == 5 and (np.diff(ys) >= 13.9).all()
    with pytest.raises(ValueError, match="6 curves"):
        plot([*curves, curves[0]], axis("x", [1.0]), axis("y", [1.0]), title="t", said="s")


def test_the_queue_and_its_words(burst):
    made = packets.queue_depth(burst.recorded.series, {15: "port"}, [Rule("marks", 30_000.0)])
    top = burst.recorded.series.backlog_B[:, 15].max()
    drawn = points(tree(made).find("polyline"))
    said = tree(made).find("desc").text
    assert f"{top / 1000:.4g}kB" in said and drawn[:, 1].min() == pytest.approx(HEIGHT * (1 - top / 100_000), abs=0.1)


def test_shares_of_flows_that_are_done(burst):
    late = floats(np.append(burst.fct_s, [np.inf] * 7))
    root = tree(packets.completions({"all": burst.fct_s, "half": late}))
    first, second = (points(each) for each in root.findall("polyline"))
    assert first[-1, 1] == 0 and second[-1, 1] == HEIGHT / 2
    assert "half within" in root.find("desc").text


def test_slowdown_by_size():
    size = floats(np.repeat([1e3, 1e5, 1e7], 10))
    root = tree(packets.slowdown(by_size(size, floats(np.tile(np.arange(1.0, 11.0), 3)))))
    half, _, worst = (points(each) for each in root.findall("polyline"))
    assert worst[:, 0] == pytest.approx([0.0, 0.5 * WIDTH, WIDTH])  # decades from 1 kB to 10 MB
    assert worst[:, 1] == pytest.approx([HEIGHT * (1 - 9 / 10)] * 3)  # from 1 to 11
    assert half[:, 1] == pytest.approx([HEIGHT * (1 - 4 / 10)] * 3)
    assert len(root.findall("circle")) == 9 and "of 10 of about 1kB" in root.find("desc").text
    tree(packets.slowdown(by_size(size[:0], size[:0])))


def test_what_never_arrived_is_in_no_plot_but_in_words():
    root = tree(packets.slowdown(by_size(floats([1e3, 1e3, 1e3]), floats([1.0, 2.0, np.inf]))))
    assert [len(points(each)) for each in root.findall("polyline") if each.get("points")] == [1]
    assert "the worst inf times" in root.find("desc").text


def test_rates_and_fairness(burst):
    goodput, fairness = packets.rates(burst.recorded.series, ["a", "b", "c", "d", "e"], 1448)
    assert len(tree(goodput).findall("polyline")) == 5
    share = points(tree(fairness).find("polyline"))
    assert share[:, 1].min() >= 0 and "Jain" in tree(fairness).find("desc").text


def test_buffer_by_class():
    found = incast(8, 10**6, 40e9, transport("dcqcn-paper"), buffer_B=2 * 10**6, recording=Recording(every_s=5e-6))
    series = found.recorded.series
    root = tree(packets.occupancy(series.time_s, series.class_B.sum(axis=1), {0: "training"}))
    assert len(root.findall("polygon")) == 1 and "training" in [text.text for text in root.iter("text")]
    top = 1 - points(root.find("polygon"))[:, 1].min() / HEIGHT
    assert top == pytest.approx(series.class_B[:, :, 0].sum(axis=1).max() / _top_of(root), abs=1e-3)


def _top_of(root):
    """[B] the highest tick beside a plot."""
    sides = [text for text in root.iter("text") if text.get("class") == "tick" and text.get("text-anchor") == "end"]
    return max(parse(text.text, SIZE) for text in sides if text.text != "0")


def test_a_peak_between_many_samples_is_drawn():
    held = np.zeros((5000, 2), dtype=np.int64)
    held[1234, 1] = 90_000
    root = tree(packets.occupancy(floats(np.arange(5000) * 1e-6), held))
    assert points(root.find("polygon"))[:, 1].min() == pytest.approx(HEIGHT * (1 - 90_000 / 100_000))


def test_a_course_of_messages():
    made = packets.timeline(
        texts(["reduce", "gather", "reduce"]), floats([0, 1e-3, 5e-4]), floats([1e-3, 2e-3, np.inf]),
        texts(["gpu0", "gpu0", "gpu1"]),
    )  # fmt: skip
    bars = tree(made).findall("rect")
    assert [(float(bar.get("x")), float(bar.get("width")), bar.get("class")) for bar in bars] == [
        (0, WIDTH / 2, "c0"), (WIDTH / 2, WIDTH / 2, "c1"),
    ]  # fmt: skip


def test_the_film_shows_the_deepest_moment_without_motion(burst):
    asked = Incast(burst, 7, HUNDRED, 1448, [], "x", buffer_B=150_000, mark_B=30_000)
    root = tree(stage(asked))
    fill = next(each for each in root.iter("rect") if each.get("class") == "fill q")
    shown = float(re.search(r"scaleY\(([\d.]+)\)", fill.get("style"))[1])
    top = burst.recorded.series.backlog_B[:, 15].max() / 150_000
    assert shown == pytest.approx(top, abs=1e-3)
    style = root.find("style").text
    assert style.startswith("@media (prefers-reduced-motion: no-preference)") and "@keyframes q" in style
    assert len(str(stage(asked))) < 12_000
    frames = [float(v) for v in re.findall(r"scaleY\(([\d.]+)\)", style)]
    assert max(frames) == shown and all(0 <= v <= 1 for v in frames)
    assert sum(1 for each in root.iter("path") if each.get("class").startswith("run s")) == 7


@pytest.mark.parametrize(
    "how",
    ["--transport dctcp --buffer 300kB", "--transport newreno --buffer 100kB", "--transport dcqcn-paper --buffer 3MB"],
)
def test_a_page_is_whole_and_asks_for_nothing(tmp_path, how):
    out = tmp_path / "page.html"
    command = f"incast --workers 20 --bytes 100kB --rate 40Gb/s {how} --report {out}"
    result = run(command)
    assert result.exit_code == 0 and str(out) in result.stdout
    text = out.read_text("utf-8")
    assert "<script" not in text and "http" not in text.replace("http-equiv", "") and text.count("<svg") == 5
    for svg in re.findall(r"<svg.*?</svg>", text, flags=re.S):
        tree(svg)
    run(command)
    assert out.read_text("utf-8") == text


def test_a_page_is_of_packets(tmp_path):
    result = run(f"incast --workers 20 --bytes 100kB --rate 40Gb/s --report {tmp_path / 'x.html'}")
    assert result.exit_code == 2 and "--report is for packets" in result.output
