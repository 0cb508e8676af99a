"""The pages of the reference that are made from the program itself, so that they cannot disagree with it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_type_hints

import click

from easterly.base.schema import Doc, Unit


def write(folder: Path) -> None:
    """Write every generated page into a folder, which is emptied first; unchanged pages keep their time."""
    wanted = {name: make() for name, make in PAGES.items()} | finding_pages()
    for old in [p for p in folder.rglob("*.md") if str(p.relative_to(folder)) not in wanted]:
        old.unlink()
    for name, text in wanted.items():
        page = folder / name
        page.parent.mkdir(parents=True, exist_ok=True)
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def site_file() -> str:
    """Every key of the site file."""
    from easterly.model.reference import yaml_reference

    text = yaml_reference()
    return text if text.startswith("# ") else "# The site file\n\n" + text


def catalog() -> str:
    """Models and GPUs that a site file can name."""
    from easterly.model.catalog import listing

    return listing.markdown()


def findings() -> str:
    """The list of codes, with the pages below it."""
    from easterly.base import pages

    rows = "\n".join(f"| [{code}](findings/{code}.md) | {title(pages.page(code))} |" for code in pages.codes())
    tree = "\n".join(f"findings/{code}" for code in pages.codes())
    return f"""# Findings

Every code that `easterly check` can report. `easterly explain CODE` prints the same pages. The first digit tells the
room: 1 text, 2 names and schema, 3 quantities, 4 fabric, 5 address, 6 demand, 7 route, 8 qos, 9 configuration and
intents.

| code | title |
|---|---|
{rows}

```{{toctree}}
:hidden:

{tree}
```
"""


def finding_pages() -> dict[str, str]:
    """One page a code."""
    from easterly.base import pages

    return {f"findings/{code}.md": pages.page(code).rstrip() + "\n" for code in pages.codes()}


def title(page: str) -> str:
    """What follows the code in the heading of a page."""
    return page.splitlines()[0].partition(": ")[2].replace("|", "\\|")


def command_line() -> str:
    """Every verb with its arguments and options."""
    from easterly.app.cli import main

    context = click.Context(main, info_name="easterly")
    parts = [f"# The command line\n\n{prose(main)}\n"]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        parts.append(verbs(command, f"easterly {name}"))
    return "\n".join(parts)


def verbs(command: click.Command, name: str) -> str:
    """One verb, and those below it if it is a group."""
    context = click.Context(command, info_name=name)
    below = command.list_commands(context) if isinstance(command, click.Group) else []
    found = [(word, command.get_command(context, word)) for word in below]
    inner = [verbs(one, f"{name} {word}") for word, one in found if one is not None]
    return "\n".join([verb(command, context), *inner])


def verb(command: click.Command, context: click.Context) -> str:
    """One verb: usage, what it does, a table of arguments with choices and of options."""
    given = [p for p in command.get_params(context) if isinstance(p, click.Argument)]
    options = [p for p in command.get_params(context) if isinstance(p, click.Option) and "--help" not in p.opts]
    usage = " ".join([context.info_name or "", "[OPTIONS]" if options else "", *map(argument, given)])
    rows = [f"| `{p.human_readable_name}` | one of {choices(p)} |" for p in given if isinstance(p.type, click.Choice)]
    rows += [f"| {signature(p, context)} | {p.help or ''} |" for p in options]
    table = "\n".join(["", "| option | meaning |", "|---|---|", *rows, ""]) if rows else ""
    return f"## `{context.info_name}`\n\n```text\n{usage}\n```\n\n{prose(command)}\n{table}"


def argument(given: click.Argument) -> str:
    """How an argument stands in the usage line."""
    name = given.human_readable_name + ("..." if given.nargs != 1 else "")
    return name if given.required else f"[{name}]"


def choices(given: click.Argument) -> str:
    """The words that an argument may be."""
    return ", ".join(f"`{word}`" for word in getattr(given.type, "choices", ()))


def signature(option: click.Option, context: click.Context) -> str:
    """How an option is written."""
    metavar = "" if option.is_flag else f" {option.make_metavar(context)}".replace("|", "\\|")
    default = option.get_default(context) if option.show_default else None
    shown = f" (default `{default}`)" if default not in (None, False, ()) else ""
    return f"`{', '.join(option.opts)}{metavar}`{shown}"


def prose(command: click.Command) -> str:
    """The help text of a command."""
    return inspect.cleandoc(command.help or "").replace("\f", "").replace("\b", "")


def api() -> str:
    """The public names, nouns and verbs apart."""
    import easterly

    things = {name: getattr(easterly, name) for name in easterly.__all__ if not name.startswith("__")}
    verbs = [name for name, thing in things.items() if inspect.isfunction(thing)]
    nouns = [name for name, thing in things.items() if inspect.isclass(thing)]
    rest = sorted(set(things) - set(verbs) - set(nouns))
    sections = [
        ("Verbs", "autofunction", verbs),
        ("Nouns", "autoclass", nouns),
        ("Kinds of quantities", "autodata", rest),
    ]
    body = "\n".join(f"## {head}\n\n{listing(directive, names)}" for head, directive, names in sections)
    return f"""# The programming interface

Everything here is imported from `easterly`; the rooms below it are described in [the architecture](rooms.md). Arrays
are read-only numpy columns in SI units: bit/s, bytes, seconds, metres.

{body}"""


def listing(directive: str, names: list[str]) -> str:
    """Directives that document some public names; the attributes of nouns follow as tables."""
    return "\n".join(entry(directive, name) for name in names)


def entry(directive: str, name: str) -> str:
    """One public name."""
    import easterly

    members = "\n   :members:\n   :exclude-members: model_config, model_post_init" if directive == "autoclass" else ""
    text = f"```{{eval-rst}}\n.. {directive}:: easterly.{name}{members}\n```\n"
    return text + attributes(getattr(easterly, name)) if directive == "autoclass" else text


def attributes(noun: type) -> str:
    """Columns of a noun, and of the tables that it consists of: unit and meaning as declared."""
    if not dataclasses.is_dataclass(noun):
        return ""
    hints = get_type_hints(noun, include_extras=True)
    declared = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    rows = "\n".join(f"| `{name}` | {noted(notes, Unit)} | {noted(notes, Doc)} |" for name, notes in declared.items())
    inner = [get_args(hint)[0] for name, hint in hints.items() if declared[name]]
    tables = [f"`{part.__name__}`:\n\n{attributes(part)}" for part in inner if dataclasses.is_dataclass(part)]
    head = "| attribute | unit | meaning |\n|---|---|---|\n" if any(declared.values()) else ""
    return "\n".join([head + rows + "\n" if head else "", *tables])


def noted(notes: tuple[object, ...], kind: type) -> str:
    """The unit or the meaning among the annotations of an attribute."""
    found = next((note for note in notes if isinstance(note, kind)), None)
    text = getattr(found, "symbol", None) or getattr(found, "text", "")
    return text.replace("|", "\\|")


def included(name: str) -> Callable[[], str]:
    """A page of the repository's root, its links made to fit."""

    def read() -> str:
        root = Path(__file__).parents[1]
        return (root / name).read_text(encoding="utf-8").replace("](docs/", "](../../")

    return read


PAGES: dict[str, Callable[[], str]] = {
    "site-file.md": site_file,
    "catalog.md": catalog,
    "findings.md": findings,
    "command-line.md": command_line,
    "api.md": api,
    "rooms.md": included("ARCHITECTURE.md"),
    "changelog.md": included("CHANGELOG.md"),
}
