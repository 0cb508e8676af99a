"""Every document is a test: its blocks run, its links lead somewhere, its pages are listed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import blocks
from blocks import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(p for p in (ROOT / "docs").rglob("*.md") if "generated" not in p.parts)])
FINDINGS = sorted((ROOT / "src/easterly/base/pages").glob("*.md"))
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_block_of_a_document_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    assert blocks.languages(page) <= {*blocks.RUN, *blocks.NOT_CODE}
    blocks.run_document(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        path = page.parent / target.partition("#")[0]
        # Pages of the reference are made when the documents are built; the builder checks those.
        assert path.exists() or "generated" in path.parts, f"{page.name}: {target}"


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ("python\n>>> 1 + 1\n3", AssertionError),
        ("python\nassert 1 == 2", AssertionError),
        ("console\n$ echo a\nb", AssertionError),
        ("console\n$ false", AssertionError),
        ("yaml\nversion: 1\nsite: {name: x}", AssertionError),
        ("yaml\njobs: {pre: {no_such_key: 1}}", AssertionError),
        (f"yaml\n# broken.yaml\n{blocks.DEMO.read_text(encoding='utf-8')}", AssertionError),
        ("sh\nmake no-such-target", subprocess.CalledProcessError),
        ("sh\nrm -rf out", AssertionError),
        ("json\n{", ValueError),
    ],
)
def test_a_wrong_answer_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: str, error: type[Exception]
) -> None:
    monkeypatch.setattr(blocks, "REGEN", False)
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n```{block}\n```\n")
    with pytest.raises(error):
        blocks.run_document(page, tmp_path)


def test_right_answers_are_right(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python\n>>> 1 + 1\n2\n```\n\n```console\n$ echo a; false\na\n$ echo $?\n1\n```\n"
        f"```yaml\n{blocks.DEMO.read_text(encoding='utf-8')}\n```\n"
    )
    assert blocks.run_document(page, tmp_path) == 3


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = set()
    for page in PAGES:
        for tree in re.findall(r"```\{toctree\}(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            names = [line for line in tree.splitlines() if line and not line.startswith(":")]
            listed |= {(page.parent / f"{name}.md").resolve() for name in names}
    docs = {page.resolve() for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert docs - listed - {(ROOT / "docs/index.md").resolve()} == set()


@pytest.mark.parametrize("page", FINDINGS, ids=[page.stem for page in FINDINGS])
def test_finding_pages_have_one_shape(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {page.stem}: \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["What", "Why", "Example", "Fix"]
