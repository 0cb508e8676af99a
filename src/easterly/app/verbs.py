"""Groups of commands that know their members by name and import only the one that is used."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

FORM = "easterly.form"
"""Of a context: the form of the answer."""


@contextmanager
def _answered(form: Callable[[], str]) -> Iterator[None]:
    """Answer misuse inside as JSON where that was asked for; as text it is click's."""
    try:
        yield
    except click.ClickException as error:
        if form() != "json":
            raise
        from easterly.app import misuse

        misuse.refuse(error)


class Verbs(click.Group):
    """Group that knows its commands by name and loads only the one asked for.

    Parameters
    ----------
    verbs : mapping of str to str, or of str to such a mapping
        What each command does, in the order of a day's work; a command is the ``command`` of the module of its name.
        By module: its commands are called in it as here, with ``_`` for ``-``, and behind a name that Python has.
    package : str
        Where the modules are.
    noun : str
        What a command is called in messages.
    """

    def __init__(
        self,
        *given: Any,
        verbs: Mapping[str, str] | Mapping[str, Mapping[str, str]],
        package: str,
        noun: str = "verb",
        **options: Any,
    ) -> None:
        super().__init__(*given, **options)
        self.verbs: dict[str, str] = {}
        self.found: dict[str, tuple[str, str]] = {}
        for key, value in verbs.items():
            several = isinstance(value, Mapping)
            for name, does in (value if isinstance(value, Mapping) else {key: value}).items():
                self.verbs[name] = does
                self.found[name] = (key, _attribute(name)) if several else (key, "command")
        self.package, self.noun = package, noun

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the options; the first group remembers the form that is asked for."""
        said = list(args)
        with _answered(lambda: self._form(said, parent)):
            made = super().make_context(info_name, args, parent, **extra)
        made.meta.setdefault(FORM, self._form(said, parent))
        return made

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that follows; misuse is answered in the form that was asked for."""
        with _answered(lambda: str(ctx.meta[FORM])):
            return super().invoke(ctx)

    @staticmethod
    def _form(args: Sequence[str], parent: click.Context | None) -> str:
        from easterly.app.misuse import form_of

        return form_of(args) if parent is None else str(parent.meta[FORM])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of a day's work."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and hand over its command."""
        if cmd_name not in self.found:
            return None
        module, name = self.found[cmd_name]
        command: click.Command = getattr(import_module(f"{self.package}.{module}"), name)
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


def _attribute(name: str) -> str:
    return name.replace("-", "_") + "_" * (keyword.iskeyword(name) or hasattr(builtins, name))


def listed(ctx: click.Context, form: str) -> None:
    """What a group does by itself: hand the format on to the command that follows, or list its commands.

    Parameters
    ----------
    ctx : Context
        Of a group, which runs without a command too.
    form : str
        ``text`` or ``json``.
    """
    from easterly.app import terminal

    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"form": form}}
    elif form == "json" and isinstance(ctx.command, click.Group):
        group = ctx.command
        does = (
            group.verbs
            if isinstance(group, Verbs)
            else {k: v.get_short_help_str(200) for k, v in group.commands.items()}
        )
        terminal.emit_json([{"name": name, "does": said} for name, said in does.items()])
    else:
        click.echo(ctx.get_help())
