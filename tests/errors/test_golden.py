"""Every broken site file beside this one says exactly what its ``.txt`` says.

``EASTERLY_REGEN=1 pytest tests/errors -n0`` writes the texts anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import easterly
from easterly.base import pages
from easterly.base.findings import Severity
from easterly.site import format_findings
from easterly.study.check import check_path

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.yaml"))
CODE = re.compile(r'"(E\d{3})"')

WITHOUT_CASE = {
    "E100": "the file is not there",
    "E104": "a file of more than 64 MiB",
    **dict.fromkeys(("E709", "E710"), "a defect of a predictor, never of a file; see tests/study/test_witnesses"),
    **dict.fromkeys(("E718", "E719"), "of points of a sweep, never of a check; tested in tests/study/test_whatif"),
    "E712": "of predictions, never of a check; tested in tests/app/test_predict_flows",
    "E711": "of predictions, never of a check; tested in tests/app/test_predict_queueing",
    "E720": "of a file of symptoms; tested in tests/app/test_diagnose_verb",
    "E440": "of `lab run --shrink`, never of a check; tested in tests/app/lab/test_shrink",
    **dict.fromkeys(("E931", "E932", "E933"), "of files that were edited; tested in tests/config/test_reread"),
    "E934": "of a target of rendering; tested in tests/config/vendors/test_health",
    "E935": "of files that were edited; tested in tests/config/test_kubernetes_services",
    "E721": "of two site files; tested in tests/app/test_changeover_verb",
    "E665": "a schedule is made when it is asked for, never by a check; tested in tests/demand/schedule",
    **dict.fromkeys(("E666", "E667", "E668"), "traces of other tools are no site files; see tests/demand/schedule"),
    **dict.fromkeys(
        (
            *("E501", "E901", "E902", "E903", "E904", "E905", "E906", "E907"),
            *(f"E92{n}" for n in range(3, 10)),
            *(f"E91{n}" for n in range(5)),
        ),
        "a defect of the planner, never of a file",
    ),
}
"""Codes that no small site file can show, and why; each is tested in its room."""


@pytest.fixture(autouse=True)
def _beside_the_cases(monkeypatch):
    """Findings show the file as it was named, so name it without its directory."""
    monkeypatch.chdir(HERE)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_golden(case):
    findings, source = check_path(Path(case.name))
    text = format_findings(findings, source) + "\n"
    expected = case.with_suffix(".txt")
    if os.environ.get("EASTERLY_REGEN"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert case.stem[:4] in {finding.code for finding in findings}
    assert all(finding.line for finding in findings), "every finding has its place"


def test_every_text_has_its_case():
    assert sorted(path.stem for path in HERE.glob("*.txt")) == sorted(path.stem for path in CASES)


ROOT = Path(easterly.__file__).parent


def codes_in_the_source(root: Path = ROOT) -> set[str]:
    return {code for path in root.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}


def codes_of_imports() -> set[str]:
    """Codes that only importers, ``easterly route`` and calculators use: of files in other formats, tested there."""
    elsewhere = {"formats", "routing", "calc", "calculators", "prefixes"}
    others = (path for path in ROOT.rglob("*.py") if not elsewhere & set(path.parts))
    return codes_in_the_source(ROOT / "site" / "formats") - {
        code for path in others for code in CODE.findall(path.read_text(encoding="utf-8"))
    }


def test_every_code_has_a_page_and_every_page_a_code():
    assert codes_in_the_source() == set(pages.codes())


def test_every_code_has_a_case():
    shown = {path.stem[:4] for path in CASES}
    assert codes_in_the_source() - shown - codes_of_imports() == set(WITHOUT_CASE)


@pytest.mark.parametrize("code", pages.codes())
def test_pages_have_one_form(code):
    text = pages.page(code)
    headings = re.findall(r"^#+ .*$", text, flags=re.MULTILINE)
    assert headings[0].startswith(f"# {code}: ")
    assert headings[1:] == [f"## {word}" for word in pages.HEADINGS]
    example = text.split("## Example")[1].split("## Fix")[0]
    assert re.search(r"```\w+\n.+\n```", example, flags=re.DOTALL)
    assert text.split("## Fix")[1].strip()


def test_explain_knows_no_other_codes():
    with pytest.raises(KeyError, match="E312"):
        pages.page("E3122")


def test_severities_of_the_cases_are_all_three():
    texts = [case.with_suffix(".txt").read_text(encoding="utf-8") for case in CASES]  # what is found, says test_golden
    assert [s for s in Severity if not any(f": {s.value}[" in text for text in texts)] == []
