"""Generated from the declarations: the JSON Schema for editors, the reference of the site file, and what lacks a Doc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import cleandoc
from pkgutil import walk_packages
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import BaseModel

from easterly.base.schema import Doc, Unit
from easterly.base.units import KINDS, format_exact, pattern
from easterly.model import shape
from easterly.model.spec.site import Site

SCHEMA_ID = "urn:easterly:schema:site:1"
_FAMILIES = {"blueprint": "Fabric", "kind": "Traffic"}
_SHORT = {"MoE": "MoE", "Mla": "MLA", "Slo": "SLO"}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """JSON Schema of the site file (draft 2020-12), for editors and for `easterly schema`.

    Types and bounds are pydantic's; meanings, units, quantities as patterned text and defaults as the user
    would write them come from the same annotations.

    Examples
    --------
    >>> json_schema()["$defs"]["SwitchType"]["properties"]["rate"]["description"]
    'Rate of one port. Unit: bit/s, like 400Gb/s.'
    """
    schema = Site.model_json_schema(by_alias=True)
    found = {model.__name__: model for model in objects()}
    for name, part in {**schema["$defs"], "Site": schema}.items():
        _describe(part, found[name])
    return {"$schema": _DRAFT, "$id": SCHEMA_ID, **_without_titles(schema), "title": "Easterly site file"}


def _describe(part: dict[str, Any], model: type[BaseModel]) -> None:
    for key, attribute in shape.attributes(model).items():
        entry = part["properties"][key]
        entry["description"] = _meaning(attribute)
        for option in (entry, *entry.get("anyOf", ())):
            for kind in KINDS.values():
                if option.get("examples") == [kind.example]:
                    option["pattern"] = pattern(kind)
        if "default" in entry:
            entry["default"] = _written(attribute)
        if entry.get("default") is None:
            entry.pop("default", None)
        _close(entry)


def _meaning(attribute: shape.Attribute) -> str:
    """Doc of an attribute with its unit and an example of a quantity."""
    text, kinds = _plain(attribute.doc), _kinds(attribute)
    if not kinds:
        return text
    unit = "Written" if kinds[0].unit == "1" else f"Unit: {kinds[0].unit},"
    return f"{text} {unit} like {kinds[0].example}."


def _kinds(attribute: shape.Attribute) -> list[Any]:
    found = (shape.kind_of(option) for option in shape.alternatives(attribute.annotation))
    return [kind for kind in found if kind is not None]


def _close(entry: dict[str, Any]) -> None:
    """Maps by name take no other names."""
    if "patternProperties" in entry:
        entry["additionalProperties"] = False


def _without_titles(schema: Any) -> Any:
    """The schema without the titles that pydantic makes of field names."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _without_titles(value) for key, value in schema.items() if key != "title" or isinstance(value, dict)}


def _written(attribute: shape.Attribute) -> Any:
    """A default as the user would write it: quantities as text, empty objects as maps."""
    value, kinds = attribute.default, _kinds(attribute)
    if isinstance(value, BaseModel):
        return {}
    if isinstance(value, float) and kinds:
        return format_exact(value, kinds[0])
    return list(value) if isinstance(value, tuple) else value


def objects() -> tuple[type[BaseModel], ...]:
    """Every kind of object of the site file, in the order in which the file is read.

    >>> [model.__name__ for model in objects()[:3]]
    ['Site', 'SiteName', 'Hardware']
    """
    found: dict[type[BaseModel], None] = {}
    _collect(Site, found)
    return tuple(found)


def _collect(annotation: Any, found: dict[type[BaseModel], None]) -> None:
    for option in shape.alternatives(annotation):
        if shape.is_model(option) and shape.bare(option) not in found:
            model = shape.bare(option)
            found[model] = None
            for attribute in shape.attributes(model).values():
                _collect(attribute.annotation, found)
        elif shape.inside(option) is not None:
            _collect(shape.inside(option), found)


def yaml_reference() -> str:
    """Reference of the site file in Markdown: a table of keys for every kind of object.

    Examples
    --------
    >>> print(yaml_reference().splitlines()[0])
    # The site file, key by key
    """
    places = _places()
    parts = [
        "# The site file, key by key",
        "Generated from the declarations by `easterly.model.reference`; do not edit. Every collection is a map by name.",
    ]
    for model in objects():
        parts += [f"## {_title(model)}", _where(places[model]) + _plain(cleandoc(model.__doc__ or "")), _table(model)]
    return "\n\n".join(parts) + "\n"


def _title(model: type[BaseModel]) -> str:
    """Heading of an object: its blueprint or kind where there are several, else its class as words."""
    told = shape.tag(model)
    if told is not None:
        return f"{_FAMILIES[told[0]]}: {told[1]}"
    if model.__name__ in _SHORT:
        return _SHORT[model.__name__]
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", model.__name__).capitalize().replace("Wan", "WAN")


def _places() -> dict[type[BaseModel], list[str]]:
    """Paths at which each kind of object stands; names are written ``<name>``."""
    found: dict[type[BaseModel], list[str]] = {model: [] for model in objects()}
    for model in objects():
        for key, attribute in shape.attributes(model).items():
            for path, inner in _below(key, attribute.annotation):
                found[inner] += [f"{base}/{path}" if base else path for base in found[model] or [""]]
    return found


def _below(path: str, annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    for option in shape.alternatives(annotation):
        if shape.is_model(option):
            yield path, shape.bare(option)
        elif shape.inside(option) is not None:
            yield from _below(f"{path}/<name>", shape.inside(option))


def _where(paths: list[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in dict.fromkeys(paths))
    return f"At {shown}. " if shown else ""


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | type | unit | default | meaning |", "|---|---|---|---|---|"]
    for key, attribute in shape.attributes(model).items():
        unit = shape.unit_of(attribute.annotation)
        cells = (f"`{key}`", _type(attribute), "" if unit in (None, "1") else unit, _default(attribute), attribute.doc)
        rows.append("| " + " | ".join(_plain(str(cell)).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) if len(rows) > 2 else "It has no keys."


def _type(attribute: shape.Attribute) -> str:
    """Type of a key in words; where it has a table of its own, its name."""
    options = shape.alternatives(attribute.annotation)
    models = [_title(inner) for _, inner in _below("", attribute.annotation)]
    if shape.inside(options[0]) is not None:
        what = "map of" if not isinstance(attribute.default, tuple) and models else None
        return f"{what} {_alternatives(models)}" if what else shape.wanted(attribute.annotation)
    if not models:
        return shape.wanted(attribute.annotation)
    return _alternatives([shape.wanted(option) for option in options if not shape.is_model(option)] + models)


def _alternatives(words: list[str]) -> str:
    for key, family in _FAMILIES.items():
        if len(words) > 1 and all(word.startswith(f"{family}: ") for word in words):
            return f"{family}, told apart by `{key}`"
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _default(attribute: shape.Attribute) -> str:
    if attribute.required:
        return "required"
    written = _written(attribute)
    if isinstance(written, bool):
        return f"`{str(written).lower()}`"
    return "" if written in (None, "", [], {}) else f"`{written}`"


def _plain(text: str) -> str:
    """Docstring text as Markdown."""
    return re.sub(r"(?<!`)`?`([^`]+)``?", r"`\1`", text)


def undeclared() -> list[str]:
    """Attributes of nouns, written or computed, that lack a `Doc`, or a `Unit` where they are floats.

    Returns
    -------
    list of str
        ``Class.attribute: what is missing``; empty if all is declared.
    """
    written = ((m.__name__, a.field, a.annotation) for m in objects() for a in shape.attributes(m).values())
    return [line for one in (*written, *_computed()) if (line := _lacking(*one))]


def nouns() -> tuple[type[Any], ...]:
    """Every computed noun: the dataclasses of the room `model`."""
    from easterly import model

    found: list[type[Any]] = []
    for entry in walk_packages(model.__path__, f"{model.__name__}."):
        module = import_module(entry.name)
        found += [
            c for c in vars(module).values() if is_dataclass(c) and isinstance(c, type) and c.__module__ == entry.name
        ]
    return tuple(found)


def _computed() -> Iterator[tuple[str, str, Any]]:
    for noun in nouns():
        hints = get_type_hints(noun, include_extras=True)
        for one in fields(noun):
            if not one.name.startswith("_"):
                yield noun.__name__, one.name, hints[one.name]


def _lacking(owner: str, name: str, annotation: Any) -> str:
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    missing = [] if any(isinstance(item, Doc) for item in metadata) else ["Doc"]
    has_unit = any(isinstance(item, Unit) for item in metadata) or shape.unit_of(annotation) is not None
    if _holds_floats(annotation) and not has_unit:
        missing.append("Unit")
    return f"{owner}.{name}: {' and '.join(missing)}" if missing else ""


def _holds_floats(annotation: Any) -> bool:
    """True for float, arrays of float, and maps, lists and unions of them."""
    core = shape.bare(annotation)
    if core is float or core is np.float64:
        return True
    return any(_holds_floats(part) for part in get_args(core) if not isinstance(part, str))
