"""The verb of this room: a site file to the noun `Site`, or to everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.base.quiet import quiet
from easterly.base.units import RATE, parse_noted
from easterly.model import shape
from easterly.model.spec.fields import Frozen
from easterly.model.spec.site import Site
from easterly.site.compose import UNKNOWN, Composer
from easterly.site.places import locate
from easterly.site.source import Source, from_text, read_source

_BYTES_PER_SECOND = re.compile(r"\d\s*[kKMGTPE]?i?(?:B|bytes?)(?:/s|ps)\b")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A site, its text, and what was noticed while reading it.

    Attributes
    ----------
    site : Site
    source : Source
    notes : tuple of Finding
        Warnings and notes, with line and column.
    """

    site: Site
    source: Source
    notes: tuple[Finding, ...]


def load(path: str | Path) -> Loaded:
    """Read a site file.

    Raises
    ------
    OSError
        If it cannot be read.
    FindingsError
        With all findings, placed and in the order of the file.
    """
    return parse(read_source(path))


def load_text(text: str, name: str = "site.yaml") -> Loaded:
    r"""Read a site from text; `name` is what findings call it.

    Raises
    ------
    FindingsError
        With all findings, placed and in the order of the file.

    Examples
    --------
    >>> load_text("version: 1\nsite: {name: east1}\nfabrics: {}\n").site.name
    'east1'
    """
    return parse(from_text(text, name))


def parse(source: Source) -> Loaded:
    """Make the site of a text that has been read.

    Raises
    ------
    FindingsError
        With all findings, placed and in the order of the file.
    """
    with quiet():
        site, findings = _validate(source)
    placed = locate([*source.findings, *findings], source)
    if site is None:
        raise FindingsError(placed)
    return Loaded(site, source, placed)


M = TypeVar("M", bound=Frozen)


def parse_as(source: Source, model: type[M]) -> M:
    """Make something else than a site of a text, read as strictly and with findings placed as well.

    Raises
    ------
    FindingsError
        With all findings, placed and in the order of the file.
    """
    findings = [*source.findings, *source.tree.findings] if not source.findings else list(source.findings)
    if not findings and not isinstance(source.tree.data, dict):
        findings = list(_no_mapping(source.tree, f"it has the keys {', '.join(list(model.model_fields)[:4])}, ..."))
    if not findings:
        try:
            return model.model_validate(source.tree.data, strict=True)
        except ValidationError as error:
            from easterly.site.blame import blame  # a site without faults needs none of it

            findings = blame(error, model)
    raise FindingsError(locate(findings, source))


def _validate(source: Source) -> tuple[Site | None, list[Finding]]:
    if any(finding.severity is Severity.ERROR for finding in source.findings):
        return None, []
    tree = source.tree
    findings = list(tree.findings)
    if not tree.complete:
        return None, findings
    if not isinstance(tree.data, dict):
        return None, [*findings, *_no_mapping(tree)]
    version = tree.data.get("version")
    if version == 1 and type(version) is not int:  # `true` and `1.0` equal 1 for pydantic too
        findings.append(Finding("E207", "version", "the version is not the number 1", "write `version: 1`"))
    try:
        site = Site.model_validate(tree.data, strict=True)
    except ValidationError as error:
        from easterly.site.blame import blame  # a site without faults needs none of it
        from easterly.site.salvage import names_in_the_rest

        blamed = blame(error)
        return None, findings + blamed + names_in_the_rest(tree.data, blamed)
    return (None if findings else site), findings + list(_conversions(source))


def _no_mapping(tree: Composer, hint: str = "a site starts with `version: 1`") -> Iterator[Finding]:
    if tree.data is UNKNOWN and tree.findings:
        return
    what = "is empty" if tree.data is None or tree.data is UNKNOWN else "is no map of keys and values"
    yield Finding("E108", "", f"the file {what}", hint, line=1, column=1)


def _conversions(source: Source) -> Iterator[Finding]:
    """A note for every rate given in bytes per second."""
    if _BYTES_PER_SECOND.search(source.text):
        yield from _rates(source.tree.data, Site, "")


def _rates(data: Any, annotation: Any, path: str) -> Iterator[Finding]:
    option = meant(data, annotation)
    if isinstance(data, str):
        if option is not None and shape.kind_of(option) is RATE and (note := parse_noted(data, RATE)[1]):
            yield Finding("E319", path, note, "", Severity.NOTE)
        return
    if isinstance(data, dict) and option is not None:
        known = shape.attributes(shape.bare(option)) if shape.is_model(option) else None
        for key, value in data.items():
            below = known[key].annotation if known is not None else shape.inside(option)
            yield from _rates(value, below, f"{path}/{key}" if path else key)


def meant(data: Any, annotation: Any) -> Any:
    """The alternative of a type that a valid value has; None for a scalar where it does not matter.

    Of several objects the one that `data` names itself to be (a fabric by its blueprint).
    """
    options = shape.alternatives(annotation)
    if isinstance(data, dict):
        models = [o for o in options if shape.is_model(o) and set(data) <= set(shape.attributes(shape.bare(o)))]
        named = [o for o in models if (told := shape.tag(o)) and data.get(told[0]) == told[1]]
        return next(iter(named or models or options), None)
    return next(iter(options), None)
