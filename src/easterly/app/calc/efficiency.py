"""The option that says which share of a link's rate messages reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app.calc.asking import Misread
from easterly.base import units
from easterly.demand.collectives import IDEAL, PUBLISHED, Efficiency

NAMED = {"ideal": IDEAL, "published": PUBLISHED}


if TYPE_CHECKING:
    EfficiencyType = click.ParamType[Efficiency]
else:
    EfficiencyType = click.ParamType


class Efficient(EfficiencyType):
    """``ideal``, ``published``, one share, or shares by the bytes through one interface."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Efficiency:
        """Read the text."""
        if isinstance(value, Efficiency):
            return value
        if value in NAMED:
            return NAMED[value]
        try:
            return Efficiency.same([_point(part) for part in str(value).split(",")])
        except units.QuantityError as error:
            hint = "write ideal, published, 92%, or 1MiB:20%,1GiB:95%"
            raise Misread(str(error), error.code, hint, param) from None
        except ValueError as error:
            raise Misread(str(error), "E304", "", param) from None


def _point(text: str) -> tuple[float, float]:
    """Size and share; a share alone holds for all sizes."""
    size, colon, share = text.rpartition(":")
    return units.parse(size, units.SIZE) if colon else 1.0, units.parse(share, units.SHARE)
