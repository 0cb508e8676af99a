"""What is wrong with the rest of a file that has broken parts: names that lead nowhere.

A misspelt quantity is no reason to hide a misspelt tenant. The broken parts are cut out until the rest is a
site, and the names used there are followed; names that were cut out with them, or are spelt much like one that
was, count as known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from easterly.base.findings import Finding, nearest
from easterly.model.spec.site import Site
from easterly.site.blame import blame
from easterly.site.checks import catalog_names, dangling

ROUNDS = 8


def names_in_the_rest(data: dict[str, Any], findings: Iterable[Finding]) -> list[Finding]:
    """Findings about names in what is left when the values that `findings` blame are taken away.

    Parameters
    ----------
    data : dict
        The whole file, in plain values; not changed.
    findings : iterable of Finding
        What was found wrong with its shape.

    Returns
    -------
    list of Finding
        Empty where no site is left.
    """
    rest, lost = data, set[str]()
    blamed = list(findings)
    for _ in range(ROUNDS):
        paths = sorted({finding.at for finding in blamed}, key=len)
        if "" in paths:
            return []
        for path in paths:
            rest = _without(rest, path.split("/"), lost)
        try:
            site = Site.model_validate(rest, strict=True)
        except ValidationError as error:
            blamed = blame(error)
        else:
            return [f for f, name in dangling(site) if nearest(name, lost) is None] + list(catalog_names(site))
    return []


def _without(data: Any, path: list[str], lost: set[str]) -> Any:
    """The same value without what is at `path`; every name in there is lost."""
    if not isinstance(data, dict) or path[0] not in data:
        return data
    if len(path) > 1:
        return {**data, path[0]: _without(data[path[0]], path[1:], lost)}
    lost.add(path[0])
    lost.update(_names(data[path[0]]))
    return {key: value for key, value in data.items() if key != path[0]}


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _names(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _names(inner)
    elif isinstance(value, str):
        yield value
