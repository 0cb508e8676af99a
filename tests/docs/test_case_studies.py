"""The sites of the page about two case studies are those of the gallery."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/explanation/two-case-studies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ["training", "inference"])
def test_sites_of_the_page_are_those_of_the_gallery(case, tmp_path):
    (before,) = re.findall(rf"```yaml\n# case-{case}-before.yaml\n(.*?)```", PAGE, re.DOTALL)
    assert before == (ROOT / f"examples/case-{case}-before.yaml").read_text(encoding="utf-8")
    (tmp_path / f"case-{case}-before.yaml").write_text(before, encoding="utf-8")
    (change,) = re.findall(rf"^\$ (sed .* > case-{case}-after.yaml)$", PAGE, re.MULTILINE)
    subprocess.run(change, shell=True, cwd=tmp_path, check=True)
    made, shown = (
        yaml.safe_load((folder / f"case-{case}-after.yaml").read_text(encoding="utf-8"))
        for folder in (tmp_path, ROOT / "examples")
    )
    assert {**made, "intents": 0} == {**shown, "intents": 0}
