"""From what pydantic complains of to findings with paths of ours, in plain words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import ValidationError

from easterly.base.findings import Finding, did_you_mean, nearest
from easterly.model import shape
from easterly.model.spec.site import Site
from easterly.site.compose import UNKNOWN

_NAME_HINT = "a name starts with a letter and has letters, digits and `_ . -`, at most 63"
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"), "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"), "less_than": ("less than", "lt"),
    "multiple_of": ("a multiple of", "multiple_of"),
}  # fmt: skip
_OF_OBJECTS = ("E210", "E640")
_YES_NO = {"yes": "true", "on": "true", "no": "false", "off": "false", "y": "true", "n": "false"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint, placed.

    Attributes
    ----------
    error : dict
        As pydantic gives it.
    path : tuple of str
        Without union tags and ``[key]``.
    annotation : type
        Of the value at the path; None where the key is unknown.
    owner : type
        Of the object that holds it.
    union : tuple of str or None
        Path of the outermost value that may have one of several types.
    tag : str
        The alternative that this complaint is about.
    is_key : bool
        The name of a map's entry is at fault.
    """

    error: Mapping[str, Any]
    path: tuple[str, ...]
    annotation: Any
    owner: Any
    union: tuple[str, ...] | None
    tag: str
    is_key: bool

    @property
    def kind(self) -> str:
        """Type of the complaint."""
        return str(self.error["type"])

    @property
    def code(self) -> str | None:
        """Code, where one of our own validators complained."""
        kind = self.kind
        return kind if len(kind) == 4 and kind[0] == "E" and kind[1:].isdigit() else None


def blame(error: ValidationError, root: Any = Site) -> list[Finding]:
    """Findings for everything that pydantic found, one per fault; unplaced and in its order.

    Values that could not be read have their finding already and get no second one. `root` is the model that was made.
    """
    raw = error.errors(include_url=False)
    faults = [_place(e, root) for e in raw if e["input"] is not UNKNOWN or e["type"] == "extra_forbidden"]
    kept = list(_one_per_value(faults))
    return [_finding(fault) for fault in kept if not _is_lacking(fault)] + list(_missing(kept))


def _is_lacking(fault: Fault) -> bool:
    return fault.kind == "missing" and fault.path != ("version",)


def _is_unknown(fault: Fault) -> bool:
    return fault.kind == "extra_forbidden"


def _by_object(faults: list[Fault], is_one: Callable[[Fault], bool]) -> dict[tuple[str, ...], list[Fault]]:
    """Faults of one kind by the path of the object that they are in."""
    found: dict[tuple[str, ...], list[Fault]] = {}
    for fault in filter(is_one, faults):
        found.setdefault(fault.path[:-1], []).append(fault)
    return found


def _place(error: Mapping[str, Any], root: Any) -> Fault:
    """Walk the model along pydantic's ``loc``."""
    here = root
    owner: Any = None
    path: list[str] = []
    union: tuple[str, ...] | None = None
    tag, is_key = "", False
    for part in error["loc"]:
        if part == "[key]":
            is_key = True
            break
        options = shape.alternatives(here)
        if len(options) > 1:
            plain = not _is_tagged(options)
            if plain and union is None:
                union, tag = tuple(path), str(part)
            here = _chosen(options, str(part))
            continue
        owner, here = (options[0] if options else None), _step(options, str(part))
        path.append(str(part))
    return Fault(error, tuple(path), here, owner, union, tag, is_key)


def _is_tagged(options: tuple[Any, ...]) -> bool:
    """True for fabrics and traffic: the alternative is told by the key ``blueprint`` or ``kind``."""
    return all(shape.tag(option) is not None for option in options)


def _chosen(options: tuple[Any, ...], tag: str) -> Any:
    for option in options:
        model = shape.bare(option)
        if shape.is_model(option) and (model.__name__ == tag or tag in _tags((option,))):
            return option
    return next(option for option in options if not shape.is_model(option))


def _tags(options: Iterable[Any]) -> list[str]:
    return [found[1] for option in options if (found := shape.tag(option)) is not None]


def _step(options: tuple[Any, ...], part: str) -> Any:
    if not options:
        return None
    if not shape.is_model(options[0]):
        return shape.inside(options[0])
    attribute = shape.attributes(shape.bare(options[0])).get(part)
    return attribute.annotation if attribute is not None else None


def _one_per_value(faults: list[Fault]) -> Iterator[Fault]:
    """Of the complaints of all alternatives of one value keep those of the one that was meant."""
    groups: dict[Any, list[Fault]] = {}
    for number, fault in enumerate(faults):
        groups.setdefault(number if fault.union is None else fault.union, []).append(fault)
    for group in groups.values():
        if group[0].union is None or len({fault.tag for fault in group}) == 1:
            yield from group
            continue
        meant = [f for f in group if len(f.path) > len(f.union or ())]
        yield from meant or [next((f for f in group if f.code), group[0])]


def _finding(fault: Fault) -> Finding:
    at, key = "/".join(fault.path), fault.path[-1] if fault.path else "the file"
    if fault.path == ("version",):
        shown = (
            "`version` is missing"
            if fault.kind == "missing"
            else f"version {_shown(fault.error['input'])} is not known"
        )
        return Finding("E207", at, shown, "write `version: 1`", on_key=fault.kind == "missing")
    if fault.code is not None:
        context = fault.error.get("ctx", {})
        return Finding(
            fault.code, at, fault.error["msg"], str(context.get("hint", "")), on_key=fault.code in _OF_OBJECTS
        )
    if fault.is_key:
        return Finding("E205", at, f"{key!r} is not a name", _name_hint(key), on_key=True)
    if _is_unknown(fault):
        known = shape.attributes(shape.bare(fault.owner)) if shape.is_model(fault.owner) else {}
        return Finding("E201", at, f"unknown key `{key}`", did_you_mean(key, known), on_key=True)
    return _bad_value(fault, at, key)


def _missing(faults: list[Fault]) -> Iterator[Finding]:
    """One finding for all keys that an object lacks, without those that were only misspelt."""
    unknown, objects = (_by_object(faults, is_one) for is_one in (_is_unknown, _is_lacking))
    for path, lacking in objects.items():
        known = shape.attributes(shape.bare(lacking[0].owner))
        misspelt = {nearest(fault.path[-1], known) for fault in unknown.get(path, ())}
        keys = [fault.path[-1] for fault in lacking if fault.path[-1] not in misspelt]
        if keys:
            what = path[-1] if path else "the file"
            yield Finding("E202", "/".join(path), f"{what} lacks {_listed(keys)}", _add_hint(keys, known), on_key=True)


def _listed(keys: list[str]) -> str:
    quoted = [f"`{key}`" for key in keys]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def _add_hint(keys: list[str], known: Mapping[str, shape.Attribute]) -> str:
    """How to add the first of the missing keys."""
    first = known[keys[0]]
    meaning = f" ({first.doc.rstrip('.')})" if first.doc else ""
    more = ", and so on" if len(keys) > 1 else ""
    return f"add `{first.key}:` with {shape.wanted(first.annotation)}{meaning}{more}"


def _name_hint(text: str) -> str:
    """The name that comes nearest to a text, or what a name is."""
    near = re.sub("[^A-Za-z0-9_.-]+", "-", text).lstrip("0123456789_.-").rstrip("-")[:63]
    return f"did you mean {near}?" if near and text.isascii() else _NAME_HINT


def _bad_value(fault: Fault, at: str, key: str) -> Finding:
    value, kind = fault.error["input"], fault.kind
    what = _of_list(fault.path) if key.isdecimal() and len(fault.path) > 1 else f"`{key}`"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _bad_tag(fault, at, key)
    if kind == "string_pattern_mismatch" and str(fault.error["ctx"]["pattern"]).startswith("^/"):
        return Finding("E205", at, f"{_shown(value)} is not a path", "begin with /, and write no spaces")
    if kind == "too_short" and not value:
        return Finding("E206", at, f"{what} must have an entry, and is {_shown(value)}")
    if kind == "string_pattern_mismatch":
        return Finding("E205", at, f"{_shown(value)} is not a name", _name_hint(str(value)))
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        limit = fault.error["ctx"][name]
        message = f"{what} must be {word} {_number(limit)}, not {_shown(value)}"
        return Finding("E206", at, message, _bound_hint(value, limit, word))
    if kind == "finite_number":
        return Finding("E206", at, f"{what} must be a finite number, not {_shown(value)}")
    annotation = _union_annotation(fault)
    code = "E204" if kind == "literal_error" or (isinstance(value, str) and _choices(annotation)) else "E203"
    message = f"{what} must be {shape.wanted(annotation)}, not {_shown(value)}"
    return Finding(code, at, message, _value_hint(annotation, value))


def _of_list(path: tuple[str, ...]) -> str:
    """An entry of a list, by its place: people count from one."""
    return f"entry {int(path[-1]) + 1} of `{path[-2]}`"


def _bound_hint(value: Any, limit: float, word: str) -> str:
    """Percent where a part of one is asked for."""
    percent = word == "less than" and limit == 1 and isinstance(value, (int, float)) and 1 < value < 100
    return f"write {value / 100:g}" if percent else ""


def _union_annotation(fault: Fault) -> Any:
    """Type of the whole value, where the complaint is about one alternative of it."""
    if fault.union is None or fault.union != fault.path or not shape.is_model(fault.owner):
        return fault.annotation
    return shape.attributes(shape.bare(fault.owner))[fault.path[-1]].annotation


def _bad_tag(fault: Fault, at: str, key: str) -> Finding:
    options = shape.alternatives(fault.annotation)
    names, (word, _) = _tags(options), shape.tag(options[0]) or ("", "")
    if fault.kind == "union_tag_not_found":
        return Finding("E202", at, f"{key} lacks `{word}`", "one of: " + ", ".join(sorted(names)), on_key=True)
    value = fault.error["input"][word]
    return Finding("E204", f"{at}/{word}", f"unknown {word} {_shown(value)}", _near(value, names))


def _choices(annotation: Any) -> list[str]:
    """Words that a value may be, of the alternatives that are lists of choices."""
    options = shape.alternatives(annotation)
    words = [str(value) for option in options for value in shape.choices(option)]
    return words + (["true", "false"] if bool in map(shape.bare, options) and words else [])


def _near(value: Any, names: list[str]) -> str:
    return did_you_mean(str(value), names) if isinstance(value, str) else "one of: " + ", ".join(sorted(names))


def _value_hint(annotation: Any, value: Any) -> str:
    types = [shape.bare(option) for option in shape.alternatives(annotation)]
    if bool in types and isinstance(value, str) and value.lower() in _YES_NO:
        return f"did you mean {_YES_NO[value.lower()]}?"
    if _choices(annotation):
        return _near(value, _choices(annotation))
    if str in types and isinstance(value, (bool, int, float)):
        return f'put it in quotes: "{_shown(value)}"'
    if isinstance(value, str) and (int in types or float in types) and value.strip().isdigit():
        return "write it without quotes"
    if isinstance(value, str) and (int in types or float in types):
        return _number_hint(value, whole=float not in types)
    if isinstance(value, (str, int, float)) and any(get_origin(one) is tuple for one in types):
        return f"write a list: [{value if isinstance(value, str) else _shown(value)}]"
    if value is None:
        return "write a value, or leave the key out if it may be absent"
    return ""


_SCALES = {"%": 1e-2, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}


def _number_hint(text: str, *, whole: bool) -> str:
    """What a number with a letter behind it stands for.

    >>> _number_hint("5T", whole=False), _number_hint("99%", whole=False), _number_hint("4k", whole=True)
    ('write 5e12', 'write 0.99', 'write 4000, or 4096')
    """
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([%kKMBGT])\s*", text)
    if match is None or (whole and match[2] == "%"):
        return ""
    number = float(match[1]) * _SCALES[match[2]]
    if not whole:
        return f"write {number:g}".replace("e+", "e")
    return f"write {number:.0f}, or {float(match[1]) * 1024:.0f}" if match[2] in "kK" else f"write {number:.0f}"


def _shown(value: Any) -> str:
    """A value of the file, short."""
    if isinstance(value, dict):
        return "a map" if value else "an empty map"
    if isinstance(value, (tuple, list)):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else _number(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return f".{value}" if isinstance(value, float) else str(value)
