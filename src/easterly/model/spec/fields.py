"""Field types of the site file: quantities parsed from text, names, and the frozen base class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, WithJsonSchema
from pydantic_core import PydanticCustomError

from easterly.base import units
from easterly.base.schema import Doc, Unit


class Frozen(BaseModel):
    """What the user writes: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Named(Frozen):
    """An object of one of the named maps; knows its name and where it stands in the file."""

    _name: str = PrivateAttr(default="")
    _origin: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """Key of the object in its map."""
        return self._name

    @property
    def origin(self) -> str:
        """Path of the object in the site file, such as ``jobs/pre``."""
        return self._origin

    def named(self, name: str, origin: str) -> None:
        """Called once, by `Site`, when the object is put into its map."""
        self._name = name
        self._origin = origin


LARGEST = 1e21  # in SI units: far above what exists, far below where sums and products overflow


def _quantity(kind: units.Kind, minimum: float | None, above: float | None) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise PydanticCustomError(kind.code, f"{kind.name} must be written like {kind.example}", {"hint": ""})
        try:
            number = units.parse(str(value), kind)
        except units.QuantityError as error:
            raise PydanticCustomError(error.code, "{text}", {"text": str(error), "hint": error.hint}) from None
        if (minimum is not None and number < minimum) or (above is not None and number <= above):
            bound = f"at least {minimum:g}" if minimum is not None else f"more than {above:g}"
            text = f"{kind.name} {str(value)!r} must be {bound}"
            raise PydanticCustomError("E304", "{text}", {"text": text, "hint": ""})
        if number > LARGEST:
            text = f"{kind.name} {str(value)!r} is beyond anything that is built"
            raise PydanticCustomError("E304", "{text}", {"text": text, "hint": f"write it like {kind.example}"})
        return number

    return read


def quantity(kind: units.Kind, *, minimum: float | None = None, above: float | None = None) -> Any:
    """Annotated float of one kind, read from text such as ``400Gb/s`` and stored in SI."""
    schema = {"type": "string", "examples": [kind.example], "description": f"{kind.name}, like {kind.example}"}
    return Annotated[
        float, BeforeValidator(_quantity(kind, minimum, above)), Unit(kind.unit), WithJsonSchema(schema)
    ]  # fmt: skip


Rate = quantity(units.RATE, above=0)
Size = quantity(units.SIZE, minimum=0)
Time = quantity(units.TIME, minimum=0)
Pause = quantity(units.TIME, minimum=0.01)
Length = quantity(units.LENGTH, minimum=0)
Share = quantity(units.SHARE, minimum=0)
Compute = quantity(units.COMPUTE, above=0)
Frequency = quantity(units.FREQUENCY, minimum=0)

MOST = 10**9
Count = Annotated[int, Field(ge=1, le=MOST), Unit("1")]
CountOrZero = Annotated[int, Field(ge=0, le=MOST), Unit("1")]
Name = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$"), Doc("Letters, digits, ``_ . -``; starts with a letter.")
]
