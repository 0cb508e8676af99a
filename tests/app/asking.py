"""A command line as a user gives it, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from easterly.app.cli import main


def run(*words: object, given: str | bytes | None = None) -> Result:
    """Its end: output and exit code, never a traceback."""
    result = CliRunner().invoke(main, [str(word) for word in words], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def result_of(*words: object) -> Any:
    """The result of one that succeeds."""
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["result"]


def answer_to(*words: object) -> Any:
    """The result of one that succeeds, and that there is nothing else to say of."""
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert list(made) == ["schema", "result", "findings"] and made["findings"] == []
    return made["result"]
