"""Reading the annotations of the site file: what keys an object has, of what type, unit and meaning."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from easterly.base.schema import Doc, Unit
from easterly.base.units import KINDS, Kind

TAGS = ("blueprint", "kind")
"""Keys that tell which of several objects is meant."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One key of an object of the site file."""

    key: Annotated[str, Doc("As the user writes it.")]
    field: Annotated[str, Doc("Attribute of the model.")]
    annotation: Annotated[Any, Doc("Type with all metadata.")]
    required: Annotated[bool, Doc("Whether there is no default.")]
    default: Annotated[Any, Doc("Value where the key is absent.")]
    doc: Annotated[str, Doc("Its meaning; empty if it was not declared.")]


@cache
def attributes(model: type[BaseModel]) -> dict[str, Attribute]:
    """Keys of a model in the order of their declaration."""
    found = {}
    for name, info in model.model_fields.items():
        annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        docs = [item.text for item in info.metadata if isinstance(item, Doc)]
        default = None if info.default is PydanticUndefined else info.default
        key = info.alias or name
        found[key] = Attribute(key, name, annotation, info.is_required(), default, docs[-1] if docs else "")
    return found


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """Types that a value may have, without None; metadata stay on the single ones.

    >>> alternatives(int | None), alternatives(str)
    ((<class 'int'>,), (<class 'str'>,))
    """
    core = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if get_origin(core) not in (Union, types.UnionType):
        return () if core is type(None) else (annotation,)
    return tuple(one for option in get_args(core) for one in alternatives(option))


def bare(annotation: Any) -> Any:
    """The type without its metadata."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def is_model(annotation: Any) -> bool:
    """True for a model of the site file."""
    kind = bare(annotation)
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def unit_of(annotation: Any) -> str | None:
    """Symbol of the unit declared on a type, or inside its union; None if there is none."""
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    for item in metadata:
        if isinstance(item, Unit):
            return item.symbol
    core = bare(annotation)
    inner = get_args(core) if get_origin(core) in (Union, types.UnionType) else ()
    return next((symbol for option in inner if (symbol := unit_of(option)) is not None), None)


def kind_of(annotation: Any) -> Kind | None:
    """The kind of quantity that a float holds which is written with a unit; None for plain numbers."""
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    if bare(annotation) is not float or not any(type(item).__name__ == "BeforeValidator" for item in metadata):
        return None
    symbol = unit_of(annotation)
    return next(kind for kind in KINDS.values() if kind.unit == symbol)


def tag(annotation: Any) -> tuple[str, str] | None:
    """Key and value by which an object is told from its alternatives: a fabric's blueprint, the kind of traffic."""
    if not is_model(annotation):
        return None
    known = attributes(bare(annotation))
    return next(((key, str(choices(known[key].annotation)[0])) for key in TAGS if key in known), None)


def choices(annotation: Any) -> tuple[Any, ...]:
    """Values of a type that is a list of choices; empty for other types."""
    core = bare(annotation)
    return get_args(core) if get_origin(core) is Literal else ()


def inside(annotation: Any) -> Any:
    """Type of the values of a map, or of the items of a list; None for anything else."""
    core = bare(annotation)
    if get_origin(core) is dict:
        return get_args(core)[1]
    return get_args(core)[0] if get_origin(core) is tuple else None


def wanted(annotation: Any) -> str:
    """What a value must be, in words.

    >>> wanted(int | None), wanted(Literal["a", "b"] | bool)
    ('a whole number', 'a, b, true or false')
    """
    words = [word for option in alternatives(annotation) for word in _words(option)]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _words(option: Any) -> list[str]:
    core, kind = bare(option), kind_of(option)
    if kind is not None:
        return [f"a {kind.name} like {kind.example}"]
    if get_origin(core) is Literal:
        return [str(value) for value in get_args(core)]
    if core is bool:
        return ["true", "false"]
    simple = {str: "text", int: "a whole number", float: "a number"}
    return [simple.get(core, "a list" if get_origin(core) is tuple else "a map")]
