"""``easterly demand`` as its users type it."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from pathlib import Path

import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.commands import demand as verb
from easterly.app.demand import chart, tables, views
from easterly.site.formats import chakra

duckdb = pytest.importorskip("duckdb")
SITE = Path(__file__).parent.parent / "golden" / "rails.yaml"
PROFILE = """
profiles:
  office: {day: [0.5, 0.5, 1.5, 1.5], growth: 2}
"""


@pytest.fixture(autouse=True, scope="module")
def _cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def varying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with a service that follows the day and doubles every year."""
    path = tmp_path_factory.mktemp("site") / "varying.yaml"
    text = SITE.read_text()
    assert "services:\n  chat:\n" in text
    path.write_text(text.replace("services:\n  chat:\n", "services:\n  chat:\n    profile: office\n") + PROFILE)
    return path


def run(*words: object) -> Result:
    return asking.run("demand", *words)


def rows(*words: object) -> list[dict]:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["result"]["rows"]


def test_the_keys_of_the_command_are_those_of_the_tables() -> None:
    assert verb.KEYS == views.KEYS


def test_everything_in_short_names_every_work_and_every_axis() -> None:
    result = run(SITE)
    assert result.exit_code == 0, result.output
    made = json.loads(run(SITE, "--format", "json").stdout)["result"]
    assert list(made) == ["years", "jobs", "services", "works", "sums", "figures"]
    assert made["jobs"] and made["works"]
    for job in made["jobs"]:
        assert f"{job['name']}: " in result.output
        assert {"step_s", "mfu", "memory_B", "tokens_per_s", "axes"} <= set(job)
    total = sum(work["mean_bps"] for work in made["works"])
    for key, found in made["sums"].items():
        assert sum(row["mean_bps"] for row in found) == pytest.approx(total), key
    assert "easterly" not in result.stderr


@pytest.mark.parametrize("key", [k for k in verb.KEYS if k not in ("nic", "host", "leaf")])
def test_rates_by_any_key_add_up_to_the_same(key: str) -> None:
    found = rows(SITE, "--by", key)
    if key == "interval":
        assert len(found) == 168
        assert found[33]["start"] == "Tue 09:00"
        found = found[:1]
    total = rows(SITE, "--by", "kind")
    assert sum(r["mean_bps"] for r in found) == pytest.approx(sum(r["mean_bps"] for r in total))


@pytest.mark.parametrize("key", ["nic", "host", "leaf"])
def test_places_send_and_receive_everything(key: str) -> None:
    found = rows(SITE, "--by", f"class,{key}")
    assert list(found[0]) == [
        "class", key, "sent_mean_bps", "sent_peak_bps", "received_mean_bps", "received_peak_bps",
    ]  # fmt: skip
    total = sum(r["mean_bps"] for r in rows(SITE, "--by", "class"))
    for way in ("sent", "received"):
        assert sum(r[f"{way}_mean_bps"] for r in found) == pytest.approx(total)
    cells = rows(SITE, "--matrix", key)
    for place in {r[key] for r in found}:
        sent = sum(r["mean_bps"] for r in cells if r["src"] == place)
        assert sum(r["sent_mean_bps"] for r in found if r[key] == place) == pytest.approx(sent)


def test_a_week_two_years_ahead(varying: Path) -> None:
    now = rows(varying, "--by", "work,interval", "--interval", "6h", "--job", "chat")
    then = rows(varying, "--by", "work,interval", "--interval", "6h", "--job", "chat", "--years", 2)
    assert [r["mean_bps"] / now[0]["mean_bps"] for r in now[:4]] == pytest.approx([1, 1, 3, 3])
    assert [b["mean_bps"] / a["mean_bps"] for a, b in zip(now, then, strict=True)] == pytest.approx([4.0] * 28)
    steady = rows(SITE, "--by", "work", "--job", "chat")
    assert rows(varying, "--by", "work", "--job", "chat")[0]["mean_bps"] == pytest.approx(steady[0]["mean_bps"])


def test_intervals_of_places_too(varying: Path) -> None:
    found = rows(varying, "--by", "nic,interval", "--interval", "1d", "--job", "chat")
    assert {r["start_s"] for r in found} == {86400.0 * k for k in range(7)}
    assert {r["length_s"] for r in found} == {86400.0}


def test_csv_has_the_rows_of_json_and_json_the_unit_of_every_number() -> None:
    result = run(SITE, "--by", "class,link-class", "--format", "csv")
    made = list(csv.DictReader(io.StringIO(result.stdout)))
    wanted = rows(SITE, "--by", "class,link-class")
    assert [{k: v if k.endswith("class") else float(v) for k, v in row.items()} for row in made] == wanted
    units = json.loads(run(SITE, "--step", "--format", "json").stdout)["result"]["units"]
    assert units == {"start_s": "s", "end_s": "s", "exposed_s": "s", "network_B": "B", "nic_bps": "bit/s"}


def test_phases_are_the_table_where_none_is_chosen() -> None:
    made = list(csv.DictReader(io.StringIO(run(SITE, "--format", "csv").stdout)))
    document = json.loads(run(SITE, "--format", "json").stdout)["result"]
    for job in document["jobs"]:
        own = [row for row in made if row["work"] == job["name"]]
        assert [row["axis"] for row in own] == [axis["axis"] for axis in job["axes"]]
        sent = [sum(float(v) for k, v in row.items() if k in LINKS) for row in own]
        assert sent == pytest.approx([axis["network_B"] / job["gpus"] for axis in job["axes"]])


LINKS = ("leaf_B", "spine_B", "super_spine_B", "core_B", "wan_B", "storage_B")


def test_parquet_has_the_rows_of_csv_types_and_units_and_always_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(SITE, "--format", "parquet", "-o", tmp_path / f"{name}.parquet").exit_code == 0
    path = tmp_path / "one.parquet"
    assert path.read_bytes() == (tmp_path / "two.parquet").read_bytes()
    read = duckdb.sql(f"FROM '{path}'")
    made = list(csv.DictReader(io.StringIO(run(SITE, "--format", "csv").stdout)))
    assert read.columns == list(made[0])
    assert [tuple(map(str, row)) for row in read.fetchall()] == [
        tuple(v if i < 8 else str(float(v)) for i, v in enumerate(row.values())) for row in made
    ]
    ((_, _, units),) = duckdb.sql(f"FROM parquet_kv_metadata('{path}')").fetchall()
    assert json.loads(units)["scale_up_B"] == "B"


def test_unknown_numbers_and_empty_tables(tmp_path: Path) -> None:
    fields = (
        tables.words("name", ["a", 'b"c,d']), tables.reals("x_s", "s", [math.nan, 1 / 3]),
        tables.wholes("n", "1", [1, 2]), tables.truths("ok", [True, False]),
    )  # fmt: skip
    made = tables.Table("t", fields)
    assert tables.csv_text(made) == 'name,x_s,n,ok\na,,1,true\n"b""c,d",0.333333333,2,false\n'
    (tmp_path / "t.parquet").write_bytes(tables.parquet_bytes(made, tmp_path))
    assert duckdb.sql(f"FROM '{tmp_path / 't.parquet'}'").fetchall() == [
        ("a", None, 1, True), ('b"c,d', 0.333333333, 2, False),
    ]  # fmt: skip
    empty = tables.Table("t", tuple(tables.Field(f.name, f.unit, f.kind, []) for f in fields))
    (tmp_path / "e.parquet").write_bytes(tables.parquet_bytes(empty, tmp_path))
    read = duckdb.sql(f"FROM '{tmp_path / 'e.parquet'}'")
    assert (read.columns, [str(t) for t in read.types], read.fetchall()) == (
        ["name", "x_s", "n", "ok"], ["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN"], []
    )  # fmt: skip


def test_parquet_without_duckdb_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = run(SITE, "--format", "parquet", "-o", tmp_path / "x.parquet")
    assert result.exit_code == 2
    assert "pip install 'easterly[parquet]'" in result.output
    assert not (tmp_path / "x.parquet").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "parquet"], "name a file with -o"),
        (["--by", "clas"], "did you mean class?"),
        (["--by", "nic,leaf"], "one of nic, host and leaf"),
        (["--by", "class", "--step"], "choose one of"),
        (["--by", "interval", "--interval", "5"], "no unit"),
        (["--by", "interval", "--interval", "1s"], "between 1min and 7d"),
        (["--by", "class", "--interval", "2h"], "wants --by interval"),
        (["--job", "chatt"], "did you mean chat?"),
        (["-o", "/nowhere/at/all.txt"], "cannot be written"),
    ],
)
def test_misuse_is_code_two_and_one_line(words: list[str], said: str) -> None:
    result = run(SITE, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_text_goes_to_a_file_too(tmp_path: Path) -> None:
    assert run(SITE, "-o", tmp_path / "demand.txt").output == ""
    assert (tmp_path / "demand.txt").read_text() == run(SITE).output


def test_a_step_is_drawn_as_wide_as_it_is_long() -> None:
    output = run(SITE, "--step").output
    lanes = [line.split("|")[1] for line in output.splitlines() if line.count("|") == 2]
    assert lanes and {len(lane) for lane in lanes} == {chart.CELLS}
    bars = rows(SITE, "--step")
    for work in {bar["work"] for bar in bars}:
        assert f"{work}: one step of" in output
        own = [bar for bar in bars if bar["work"] == work]
        assert min(bar["start_s"] for bar in own) == 0
        assert [bar["start_s"] for bar in own] == sorted(bar["start_s"] for bar in own)


def test_a_step_is_written_as_traces_that_can_be_read_again(tmp_path: Path) -> None:
    (job,) = json.loads(run(SITE, "--format", "json").stdout)["result"]["jobs"]
    result = run(SITE, "--chakra", tmp_path / "traces", "--job", job["name"])
    assert result.exit_code == 0, result.output
    files = sorted((tmp_path / "traces").iterdir())
    assert result.output == f"{tmp_path / 'traces'}: {len(files)} files written\n"
    read, _ = chakra.read(tmp_path / "traces")
    assert read.ranks == len(files)
    assert run(SITE, "--chakra", tmp_path / "x").exit_code == 2
    assert run(SITE, "--chakra", tmp_path / "x", "--job", "chat").exit_code == 2
    assert not (tmp_path / "x").exists()


def test_shared_links_keep_their_order_of_peaks() -> None:
    for row in rows(SITE, "--shared"):
        peaks = [row[f"{name}_bps"] for name in ("bound", "best", "expected", "worst")]
        assert peaks == sorted(peaks)
        shares = [row[f"over_{name}"] for name in ("best", "expected", "worst")]
        assert shares == sorted(shares)
    assert run(SITE, "--shared").exit_code == 0


@pytest.mark.parametrize("years", ["nan", "-1", "101", "inf"])
def test_years_are_a_number_from_0_to_100(years: str) -> None:
    assert run(SITE, "--years", years).exit_code == 2


def test_a_service_says_what_its_users_notice_as_the_plan_does() -> None:
    made = json.loads(run(SITE, "--job", "chat", "--format", "json").stdout)["result"]
    (service,) = made["services"]
    plan = json.loads(SITE.with_name("rails.plan.json").read_text())
    assert service == plan["services"][0] and made["jobs"] == []
    text = run(SITE, "--job", "chat").stdout
    assert "chat: tenant beta, class inference" in text
    assert f"first token after {service['ttft_mean_s'] * 1e3:.1f}ms in the mean" in text
    assert "chat: " not in run(SITE, "--job", "pre").stdout


def test_traces_are_replayed_on_the_hosts_of_a_job(tmp_path: Path) -> None:
    """What was written comes back: as many bytes on the network, and about as long without contention."""
    folder = tmp_path / "traces"
    (job,) = json.loads(run(SITE, "--format", "json").stdout)["result"]["jobs"]
    assert run(SITE, "--chakra", folder, "--job", job["name"]).exit_code == 0
    made = json.loads(run(SITE, "--replay", folder, "--job", job["name"], "--format", "json").stdout)["result"]
    in_steps = sum(axis["network_B"] for axis in job["axes"] if axis["every_s"] is None)
    assert made["network_B"] == pytest.approx(in_steps, rel=1e-6)
    assert job["compute_s"] <= made["makespan_s"] <= job["step_s"]["high"]
    text = run(SITE, "--replay", folder, "--job", job["name"]).stdout
    assert f"{made['messages']:,} messages" in text


def test_traces_that_are_none_are_findings_and_not_tracebacks(tmp_path: Path) -> None:
    (tmp_path / "a.0.et").write_bytes(b"\xff" * 40)
    broken = run(SITE, "--replay", tmp_path, "--job", "pre")
    assert broken.exit_code == 1 and "error[E" in broken.output
    assert run(SITE, "--replay", tmp_path / "none", "--job", "pre").exit_code == 2
    assert run(SITE, "--replay", tmp_path).exit_code == 2
