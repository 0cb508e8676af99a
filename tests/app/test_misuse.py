"""Misuse of every command is answered in the form that was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from easterly.app.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands(main))
OWN = {words: command for words, command in ALL.items() if not command.context_settings.get("ignore_unknown_options")}
"""Commands that read their options; others hand all words on to a program."""


def misuse(*words: str) -> dict[str, object]:
    made = CliRunner().invoke(main, words)
    assert made.exit_code == 2, (words, made.output)
    said = json.loads(made.stdout)
    assert said["result"] is None and made.stderr.startswith("easterly: "), words
    [finding] = said["findings"]
    return dict(finding)


def test_an_option_that_there_is_not_everywhere():
    for words in ((), *OWN):
        for form in (("--format", "json"), ("--format=json",)):
            assert str(misuse(*words, *form, "--nonsense")["message"]).startswith("No such option")


def test_an_argument_that_is_missing_everywhere():
    needy = [
        words for words, command in OWN.items()
        if any(param.required for param in command.params) and any("--format" in param.opts for param in command.params)
    ]  # fmt: skip
    assert len(needy) > 40
    for words in needy:
        assert str(misuse(*words, "--format", "json")["message"]).startswith("Missing")


def test_a_command_that_there_is_not_everywhere():
    for words, command in ALL.items():
        if isinstance(command, click.Group):
            assert "nonsense" in str(misuse(*words, "--format", "json", "nonsense")["message"])


def test_as_text_it_is_as_before():
    made = CliRunner().invoke(main, ["ipam", "list"])
    assert (made.exit_code, made.stdout) == (2, "") and "Missing argument 'POOL'" in made.stderr


@pytest.mark.parametrize("words", [words for words, command in ALL.items() if isinstance(command, click.Group)])
def test_every_group_lists_its_commands(words: tuple[str, ...]) -> None:
    made = CliRunner().invoke(main, [*words, "--format", "json"])
    assert made.exit_code == 0, made.output
    names = [row["name"] for row in json.loads(made.stdout)["result"]]
    assert sorted(names) == sorted(path[-1] for path in ALL if path[:-1] == words)
