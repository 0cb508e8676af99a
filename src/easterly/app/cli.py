"""The command line. Each verb is a module of `easterly.app.commands`, imported when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

VERBS = {
    "plan": "Plan a site: verdicts, bill, addresses, job times, configuration, report.",
    "check": "Find every mistake in a site file.",
    "show": "Show one part of a plan.",
    "explain": "Explain a finding code.",
    "diff": "Compare two plans or site files.",
    "convert": "Convert topologies and traffic matrices between formats.",
    "schema": "Print the JSON Schema, or the reference, of the site file.",
    "doctor": "Tell which parts are here, and what is lost without the others.",
    "demo": "Plan the 1,024-GPU example.",
}


class Verbs(click.Group):
    """Group that knows its commands by name and loads only the one asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of a day's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and hand over its ``command``."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"easterly.app.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Suggest the nearest verb for one that does not exist."""
        from easterly.base.findings import did_you_mean

        if args and args[0] not in VERBS and not args[0].startswith("-"):
            ctx.fail(f"no verb {args[0]!r}: {did_you_mean(args[0], VERBS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="easterly")
def main() -> None:
    """Plan, prove and run the network of an AI cluster from one text file.

    Exit codes: 0 fine; 1 an error finding or a FAIL verdict; 2 wrong usage or an unreadable file;
    3 no plan exists.
    """


if __name__ == "__main__":
    sys.exit(main())
