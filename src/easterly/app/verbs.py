"""Groups of commands that know their members by name and import only the one that is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Verbs(click.Group):
    """Group that knows its commands by name and loads only the one asked for.

    Parameters
    ----------
    verbs : mapping of str to str
        What each command does, in the order of a day's work; a command is the ``command`` of the module of its name.
    package : str
        Where the modules are.
    noun : str
        What a command is called in messages.
    """

    def __init__(self, *given: Any, verbs: Mapping[str, str], package: str, noun: str = "verb", **options: Any) -> None:
        super().__init__(*given, **options)
        self.verbs, self.package, self.noun = verbs, package, noun

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of a day's work."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and hand over its ``command``."""
        if cmd_name not in self.verbs:
            return None
        command: click.Command = import_module(f"{self.package}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.verbs.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Suggest the nearest verb for one that does not exist."""
        from easterly.base.findings import did_you_mean

        if args and args[0] not in self.verbs and not args[0].startswith("-"):
            ctx.fail(f"no {self.noun} {args[0]!r}: {did_you_mean(args[0], self.verbs)}")
        return super().resolve_command(ctx, args)
