"""The command line, as its users type it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import click
import pytest
from click.testing import Result
from tests.app import asking

from easterly.app.cli import VERBS, main

GOLDEN = Path(__file__).parent.parent / "golden"
RAILS, TAPERED = GOLDEN / "rails.yaml", GOLDEN / "tapered.yaml"


@pytest.fixture(autouse=True, scope="module")
def _cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def run(*words: object) -> Result:
    return asking.run(*words)


def envelope(*words: object) -> dict:
    made = json.loads(run(*words, "--format", "json").stdout)
    assert made["schema"] == 1
    assert list(made) == ["schema", "result", "findings"]
    return made


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_json(verb: str) -> None:
    assert "--format [text|json" in run(verb, "--help").output


def test_an_unknown_verb_suggests_the_nearest() -> None:
    result = run("plam", "x.yaml")
    assert result.exit_code == 2
    assert "did you mean plan?" in result.output


def test_check_of_a_good_site() -> None:
    assert run("check", RAILS).exit_code == 0
    assert envelope("check", RAILS)["result"] is None


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    text = (
        RAILS.read_text()
        .replace("rate: 400Gb/s, buffer", "rate: 400Gx, buffer")
        .replace("tenant: beta", "tenant: betta")
    )
    path.write_text(text)
    return path


def test_check_lists_every_mistake_with_its_place(broken: Path) -> None:
    result = run("check", broken)
    assert result.exit_code == 1
    assert f"{broken}:5:" in result.output and "E312" in result.output
    assert "400Gb/s" in result.output


@pytest.mark.parametrize("verb", ["plan", "show"])
def test_a_broken_site_stops_every_verb_with_its_findings(verb: str, broken: Path) -> None:
    result = run(verb, broken, "--format", "json")
    assert result.exit_code == 1
    made = json.loads(result.stdout)
    assert made["result"] is None
    assert made["findings"][0]["line"] == 5


def test_traffic_without_a_way_means_that_no_plan_exists() -> None:
    """A well-formed site whose job cannot reach itself: check calls it an error, plan says that there is none."""
    (site,) = (GOLDEN.parent / "errors").glob("E701*.yaml")
    result = run("plan", site)
    assert "E701" in result.output
    assert result.exit_code == 3
    assert run("check", site).exit_code == 1


@pytest.mark.parametrize("verb", ["plan", "check", "show"])
def test_a_file_that_is_not_there_is_code_two(verb: str, tmp_path: Path) -> None:
    result = run(verb, tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "none.yaml" in result.output


def test_plan_writes_everything_and_says_so(tmp_path: Path) -> None:
    result = run("plan", RAILS, "-o", tmp_path / "out", "--validate", "none")
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    for artifact in document["artifacts"]:
        assert (tmp_path / "out" / artifact["path"]).is_file()
    timings = json.loads((tmp_path / "out" / "run.json").read_text())
    assert timings["timings_s"]
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
    assert "PASS" in result.output and "UNPROVEN" in result.output


def test_a_failed_intent_is_code_one_and_strict_minds_unproven() -> None:
    assert run("plan", TAPERED, "--validate", "none").exit_code == 1
    assert run("plan", RAILS, "--validate", "none").exit_code == 0
    assert run("plan", RAILS, "--validate", "none", "--strict").exit_code == 1


def test_the_document_has_the_keys_that_others_read() -> None:
    made = envelope("plan", RAILS, "--validate", "none")["result"]
    for key in ("bill", "address", "jobs", "links", "queues", "failures", "placement", "verdicts", "findings",
                "artifacts", "provenance"):  # fmt: skip
        assert key in made
    assert made["queues"] and made["failures"] and made["placement_value"]["because"] is None
    link = made["links"][0]
    assert set(link) >= {"id", "capacity_bps", "load_bps", "utilisation"}
    assert len({row["id"] for row in made["links"]}) == len(made["links"])
    (job,) = made["jobs"]
    assert job["compute_s"] <= job["step_s"]["low"] <= job["step_s"]["high"]
    assert job["step_s"]["high"] == pytest.approx(job["compute_s"] + job["exposed_s"])
    assert set(job["bottleneck"]) == {"kind", "id"}


@pytest.mark.parametrize("section", ["site", "bill", "address", "jobs", "services", "links", "classes", "verdicts"])
def test_show_prints_each_section(section: str) -> None:
    assert run("show", RAILS, section).exit_code == 0
    assert envelope("show", RAILS, section)["result"]


def test_show_finds_rows_and_configuration_by_name() -> None:
    assert "train-spine-0" in run("show", RAILS, "links", "--name", "train-spine-0", "--top", 3).output
    assert "router bgp" in run("show", RAILS, "config", "--name", "train-spine-0").output
    assert run("show", RAILS, "links", "--name", "nowhere").exit_code == 1


def test_explain_prints_the_page_and_suggests_codes() -> None:
    assert "## Fix" in run("explain", "e312").output
    assert envelope("explain", "E312")["result"]["code"] == "E312"
    assert run("explain", "E3120").exit_code == 2


def test_diff_of_a_site_with_itself_and_with_another(tmp_path: Path) -> None:
    assert "no difference" in run("diff", RAILS, RAILS).output
    other = tmp_path / "other.yaml"
    other.write_text(RAILS.read_text().replace("batch: 64", "batch: 128"))
    assert "pre compute_s" in run("diff", RAILS, other, "--all").output
    changes = envelope("diff", RAILS, other)["result"]
    assert {c["section"] for c in changes} >= {"jobs", "links"}
    assert not [c for c in changes if c["section"].startswith("address")]


def test_diff_reads_stored_plans_and_refuses_other_files(tmp_path: Path) -> None:
    run("plan", RAILS, "-o", tmp_path / "out", "--validate", "none")
    assert "no difference" in run("diff", tmp_path / "out", RAILS).output
    (tmp_path / "not.json").write_text("{}")
    assert run("diff", tmp_path / "not.json", RAILS).exit_code == 2
    assert run("diff", tmp_path / "absent.json", RAILS).exit_code == 2


def test_schema_is_valid_json_schema() -> None:
    import jsonschema
    import yaml

    schema = json.loads(run("schema").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(RAILS.read_text()), schema)
    assert "| key" in run("schema", "--reference").output.lower()


def test_doctor_names_what_is_lost() -> None:
    parts = envelope("doctor")["result"]
    assert {"name", "found", "lost"} <= set(parts[0])
    assert run("doctor").exit_code == 0


def test_a_wan_without_anything_on_it_is_planned(tmp_path: Path) -> None:
    """As an imported topology is, before fabrics and jobs are put on it."""
    (tmp_path / "w.yaml").write_text(
        "version: 1\nsite: {name: w}\nfabrics: {}\n"
        "wan: {sites: {a: {}, b: {}}, links: {l: {a: a, b: b, rate: 10Gb/s, delay: 1ms}}}\n"
    )
    assert run("check", tmp_path / "w.yaml").exit_code == 0
    assert run("plan", tmp_path / "w.yaml", "-o", tmp_path / "out", "--validate", "none").exit_code == 0
    assert (tmp_path / "out/plan.json").exists()


@pytest.mark.skipif(importlib.util.find_spec("topohub") is None, reason="topohub is not installed")
def test_convert_takes_a_name_of_topohub_and_writes_a_lab(tmp_path: Path) -> None:
    target = tmp_path / "lab.yml"
    words = ("topohub:sndlib/polska", target, "--rate", "10Gb/s", "--to", "containerlab")
    assert run("convert", *words, "--kind", "ceos", "--image", "ceos:1").exit_code == 0
    assert 'Gdansk: {kind: ceos, image: "ceos:1"}' in target.read_text()
    found = run("convert", "topohub:sndlib/polka", target, "--format", "json")
    assert found.exit_code == 1 and "did you mean sndlib/polska?" in found.output


def test_convert_writes_a_topology_and_refuses_nonsense(tmp_path: Path) -> None:
    assert run("convert", RAILS, tmp_path / "net.json").exit_code == 0
    assert json.loads((tmp_path / "net.json").read_text())["nodes"]
    (tmp_path / "bad.json").write_text("[1, 2")
    assert run("convert", tmp_path / "bad.json", tmp_path / "x.graphml").exit_code == 1
    assert run("convert", tmp_path / "none.json", tmp_path / "x.graphml").exit_code in (1, 2)
    assert not (tmp_path / "x.graphml").exists()


@pytest.mark.parametrize("words", [("plan", RAILS, "--validate", "none", "-o"), ("demo", "-o"), ("convert", RAILS)])
def test_a_place_that_cannot_be_written_is_code_two(words: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    target = tmp_path / "file" / ("net.json" if words[0] == "convert" else "out")
    result = run(*words, target)
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    made = json.loads(run(*words, target, "--format", "json").stdout)
    assert made["result"] is None and made["findings"][0]["code"] == "E100"


@pytest.mark.parametrize("words", [("explain", "E999"), ("diff", RAILS, "not.json"), ("check", "."), ("plan", ".")])
def test_what_is_asked_in_vain_is_one_object_too(words: tuple[object, ...], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "not.json").write_text("{}")
    result = run(*words, "--format", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["result"] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("requests: 20/s", "requests: 1e300/s"),
        ("batch: 64", "batch: 64, mfu: 1e-320%"),
        ("rate: 400Gb/s", "rate: 1e99Gb/s"),
    ],
)
def test_numbers_beyond_reason_are_findings(old: str, new: str, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(RAILS.read_text().replace(old, new, 1))
    result = run("plan", site, "--validate", "none")
    assert result.exit_code == 1
    assert "error[E304]" in result.output or "error[E618]" in result.output


def test_every_verb_of_every_group_is_there() -> None:
    def found(group: click.Group) -> int:
        own = [group.get_command(None, name) for name in group.list_commands(None)]
        return len(own) + sum(found(each) for each in own if isinstance(each, click.Group))

    assert found(main) > 80
