"""Changes of a site written as ``PATH=VALUE``, as the site file would have them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, get_origin

from easterly.base.findings import did_you_mean
from easterly.model import shape
from easterly.model.catalog import presets
from easterly.model.spec.site import Site
from easterly.site.load import Loaded, load_text, meant
from easterly.site.source import Source

EXAMPLE = "classes.training.share=60%"


class Refused(ValueError):
    """A change that cannot be read, or names what is not there."""


def split(change: str) -> tuple[tuple[str, ...], str]:
    """Path and value of a change.

    Raises
    ------
    Refused
        There is no ``=``, or nothing before it.

    Examples
    --------
    >>> split("jobs.pre.batch=2048")
    (('jobs', 'pre', 'batch'), '2048')
    """
    path, sign, value = change.partition("=")
    parts = tuple(path.strip().split("."))
    if not sign or not parts[-1]:
        raise Refused(f"--set {change}: write PATH=VALUE, such as {EXAMPLE}")
    return parts, value.strip()


def value(written: str) -> Any:
    """A value as the site file would have it: a number, true or false, a list, a map; else text.

    >>> value("4"), value("400Gb/s"), value("{tp: 8, pp: 2}")
    (4, '400Gb/s', {'tp': 8, 'pp': 2})
    """
    tree = Source("--set", f"value: {written}").tree
    found: Any = tree.data.get("value") if tree.complete and isinstance(tree.data, dict) else None
    if isinstance(found, tuple):
        return list(found)
    return found if isinstance(found, (bool, int, float, str, list, dict)) else written


def put(data: dict[str, Any], path: Sequence[str], content: Any) -> None:
    """Set one value of a site in plain values, in place.

    Maps on the way that the site file leaves out, but may have, are made; names are not: a job that is not there
    stays an error. A class of the preset is written out first, so that one key of it can be changed.

    Parameters
    ----------
    data : dict
        The site file in plain values.
    path : sequence of str
    content : plain data

    Raises
    ------
    Refused
        The path goes through what is not there, or is no map.

    Examples
    --------
    >>> data = {"jobs": {"pre": {}}}
    >>> put(data, ("jobs", "pre", "library", "qps"), 8)
    >>> data
    {'jobs': {'pre': {'library': {'qps': 8}}}}
    """
    *above, last = path
    said = f"--set {'.'.join(path)}={content}"
    here, kind = data, Site
    for depth, step in enumerate(above):
        if above[0] == "classes" and depth < 2:
            _from_preset(data, above[1:2] if depth else [])
        here, kind = _into(here, kind, step, said)
    if not isinstance(here, dict):
        raise Refused(f"{said}: {'.'.join(above)} is no map of keys and values")
    here[last] = content


def misnamed(data: dict[str, Any], path: Sequence[str]) -> str:
    """What the last part of a path should be called instead; empty where such a key may stand there.

    >>> misnamed({"jobs": {"pre": {}}}, ("jobs", "pre", "bach"))
    'did you mean batch?'
    """
    here, kind = data, Site
    for step in path[:-1]:
        here, kind = _into(here, kind, step, ".".join(path))
    option = meant(here, kind) if kind is not None else None
    keys = shape.attributes(shape.bare(option)) if shape.is_model(option) else {path[-1]: None}
    return "" if path[-1] in keys else did_you_mean(path[-1], keys)


def changed(data: dict[str, Any]) -> Loaded:
    """The site of plain values, read as a file would be.

    Raises
    ------
    FindingsError
        With all findings; their lines are those of a text that nobody has, their paths hold.
    """
    return load_text(json.dumps(data, default=str, indent=1), name="changed site")


def _into(here: Any, kind: Any, step: str, said: str) -> tuple[Any, Any]:
    """What stands below a key, made where the file leaves a map out, and what may stand there; None if unknown."""
    option = meant(here, kind) if kind is not None and isinstance(here, dict) else None
    known = shape.attributes(shape.bare(option)) if shape.is_model(option) else {}
    below = known[step].annotation if step in known else None if known or option is None else shape.inside(option)
    if isinstance(here, dict) and step not in here and step in known and _holds_keys(below):
        here[step] = {}
    if not isinstance(here, dict) or step not in here:
        raise Refused(f"{said}: no {step!r} there: {did_you_mean(step, here if isinstance(here, dict) else {})}")
    return here[step], below


def _holds_keys(annotation: Any) -> bool:
    """Whether a map may stand there: an object, or objects by name."""
    return any(shape.is_model(o) or get_origin(shape.bare(o)) is dict for o in shape.alternatives(annotation))


def _preset(data: dict[str, Any]) -> dict[str, Any]:
    """Classes that the site starts from."""
    named = data["qos"].get("preset") if isinstance(data.get("qos"), dict) else None
    return presets.classes(named) if named in presets.SOURCE else {}


def _from_preset(data: dict[str, Any], names: Sequence[str]) -> None:
    """Write classes of the preset out, so that one key of them can be changed."""
    given = _preset(data)
    if given:
        classes = data.setdefault("classes", {})
        classes.update({name: given[name] for name in names if name in given and name not in classes})
