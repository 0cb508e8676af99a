"""Runs the code blocks of a document, one after the other, in a folder and a namespace of their own.

- ``python``: executed; with ``>>>`` prompts the answers are compared.
- ``yaml``: a whole site (it has ``version``) must load without an error, a part of one must load when laid over the
  last whole site of the document. A first line ``# name.yaml`` writes the file for the commands that follow;
  ``# broken-name.yaml`` is a mistake on purpose and must not load; ``# name-symptoms.yaml`` has symptoms.
- ``console``: each ``$ `` line is run, and what is shown below it is compared; ``...`` stands for anything.
  Where nothing is shown the command must succeed. ``EASTERLY_REGEN=1`` writes all that was printed into the document,
  but where ``...`` leaves something out.
- ``sh``: targets of the Makefile and installations: shown, and checked to exist.
- ``json``: must be JSON. ``text`` and ``markdown`` are not code.
"""

from __future__ import annotations

import contextlib
import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm
import yaml
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser
from sybil.typing import Evaluator

from easterly.model.spec.symptoms import Symptoms
from easterly.site import parse_as
from easterly.site.source import from_text

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "src/easterly/app/demo.yaml"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
REGEN = bool(os.environ.get("EASTERLY_REGEN"))


def run_python(example: Example) -> None:
    """Execute a block; compare answers where it has prompts."""
    with contextlib.chdir(folder(example)):
        execute(example, str(example.parsed))


def execute(example: Example, code: str) -> None:
    """Run code in the document's namespace."""
    if ">>>" not in code:
        exec(compile(code, example.path, "exec"), example.namespace)
        return
    wanted = doctest.DocTestParser().get_doctest(code, example.namespace, example.path, example.path, example.line)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    said: list[str] = []
    runner.run(wanted, out=said.append, clear_globs=False)
    example.namespace.update(wanted.globs)
    if runner.failures:
        raise AssertionError("".join(said))


def run_yaml(example: Example) -> None:
    """Load a site, or a part of one laid over the last whole site."""
    text = str(example.parsed)
    name = re.match(r"# (\S+\.yaml)\n", text)
    if name:
        (folder(example) / name[1]).write_text(text, encoding="utf-8")
    if name and name[1].startswith("broken"):
        assert mistakes(text), f"{name[1]} is meant to be broken, and it is not"
        return
    if name and "symptoms" in name[1]:
        parse_as(from_text(text, name[1]), Symptoms)
        return
    whole = text
    if "version" not in yaml.safe_load(text):
        whole = overlay(example.namespace.get("site", DEMO.read_text(encoding="utf-8")), text)
    else:
        example.namespace["site"] = text
    assert mistakes(whole) == []


def mistakes(text: str) -> list[str]:
    """What is wrong with a site file, as text."""
    from easterly.base.findings import FindingsError
    from easterly.site import load_text
    from easterly.study.check import check, errors

    try:
        found = errors(check(load_text(text).site))
    except FindingsError as error:
        found = error.findings
    return [f"{f.code} {f.at}: {f.message}" for f in found]


def overlay(base: str, part: str) -> str:
    """One YAML text laid over another, map by map; quantities and colons stay text (PyYAML's base loader)."""

    def merge(below: Any, above: Any) -> Any:
        if isinstance(below, dict) and isinstance(above, dict):
            return {**below, **{k: merge(below.get(k), v) for k, v in above.items()}}
        return above

    def read(text: str) -> Any:
        return yaml.load(text, Loader=yaml.BaseLoader)

    # Written as plain scalars again, so that numbers are numbers to our own reader.
    return yaml.dump(merge(read(base), read(part)), Dumper=Plain, default_flow_style=False, width=1000)


class Plain(yaml.SafeDumper):
    """Writes every text without quotes, as it stood in the file."""

    def choose_scalar_style(self) -> str:
        """Plain wherever YAML admits it, in spite of what its own 1.1 rules would read into it."""
        self.event.implicit = (True, True)
        if self.analysis is None:
            self.analysis = self.analyze_scalar(self.event.value)
        return "" if self.event.value and self.analysis.allow_block_plain else "'"


def run_console(example: Example) -> None:
    """Run the commands of a block and compare what they print."""
    shown = split_commands(example.parsed)
    made = []
    for command, wanted in shown:
        code, output = shell(example, command)
        keep = wanted is not None and "..." in wanted
        if REGEN and not keep:
            made.append((command, output or None))
            continue
        made.append((command, wanted))
        if wanted is None:
            assert code == 0, f"$ {command}\n{output}\nexit code {code}"
        else:
            same = doctest.OutputChecker().check_output(wanted, output, doctest.ELLIPSIS)
            assert same, f"$ {command}\nwanted:\n{wanted}\ngot:\n{output}"
    if REGEN and made != shown:
        text = "".join(f"$ {command}\n{output or ''}" for command, output in made)
        path = Path(example.path)
        path.write_text(path.read_text(encoding="utf-8").replace(str(example.parsed), text, 1), encoding="utf-8")


def split_commands(block: str) -> list[tuple[str, str | None]]:
    """Commands with the output shown below each; None where nothing is shown."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert parts[0] == "", "a console block starts with `$ `"
    pairs = [part.partition("\n") for part in parts[1:]]
    return [(command, output or None) for command, _, output in pairs]


def shell(example: Example, command: str) -> tuple[int, str]:
    """Run one command as a reader would; `$?` is the exit code of the one before."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("EASTERLY", "COVERAGE", "PYTEST"))}
    installed = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    # Readers begin with the first page: its commands start as theirs do.
    env["PATH"] = installed if example.path == str(ROOT / "README.md") else f"{warm.programs()}:{installed}"
    env |= {"NO_COLOR": "1", "COLUMNS": "100"}
    env |= {"XDG_CACHE_HOME": str(folder(example) / ".cache"), "LC_ALL": "C.UTF-8"}
    before = example.namespace.get("exit_code", 0)
    done = subprocess.run(
        ["bash", "-c", f"(exit {before})\n{command}"], cwd=folder(example), env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    example.namespace["exit_code"] = done.returncode
    return done.returncode, "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def run_sh(example: Example) -> None:
    """Commands that are too large to run here must at least exist."""
    for line in filter(None, example.parsed.splitlines()):
        words = line.split("#")[0].split()
        if words[:1] == ["make"]:
            subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=True)
        else:
            assert words[:2] in (["pip", "install"], ["git", "clone"], ["python", "tools/architecture.py"]), line


def run_json(example: Example) -> None:
    """JSON must be JSON."""
    json.loads(example.parsed)


def folder(example: Example) -> Path:
    """The folder of this document's files."""
    path: Path = example.namespace["folder"]
    return path


RUN: dict[str, Evaluator] = {
    "python": run_python, "yaml": run_yaml, "console": run_console, "sh": run_sh, "json": run_json,
}  # fmt: skip
NOT_CODE = {"text", "markdown", "cpp", "make"}
SYBIL = Sybil(parsers=[CodeBlockParser(language=language, evaluator=run) for language, run in RUN.items()])


def languages(path: Path) -> set[str]:
    """Languages of the fenced blocks of a document; directives such as ``{toctree}`` are none."""
    opened = re.findall(r"^(?:```|~~~)(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)[::2]
    return {line.strip() for line in opened if not line.startswith("{")}


def run_document(path: Path, where: Path) -> int:
    """Run every block of a document; the number of blocks run."""
    document: Document = SYBIL.parse(path)
    document.namespace["folder"] = where
    count = 0
    for example in document.examples():
        example.evaluate()
        count += 1
    return count


def skip_without(name: str) -> None:
    """Leave out a test whose file is not in this tree."""
    if not (ROOT / name).exists():
        pytest.skip(f"{name} is not in this tree")
