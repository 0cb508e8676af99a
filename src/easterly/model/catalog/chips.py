"""Switch chips: packet memory, cells, thresholds, each with its source; data in ``chips.json``.

What a maker does not publish is left out, and the source says so. A site adds chips of its own under
``hardware: chips:``.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from easterly.model.spec.hardware import Chip, Hardware, SwitchType

ALPHAS = tuple(2.0**k for k in range(-7, 4))
"""Dynamic thresholds where none are stated: 1/128 to 8, as Broadcom's and Juniper's tables have them."""


@cache
def catalog() -> dict[str, Chip]:
    """Chips by name.

    >>> catalog()["tomahawk3"].cell
    254.0
    """
    text = resources.files("easterly.model.catalog").joinpath("chips.json").read_text(encoding="utf-8")
    found = {name: Chip.model_validate(given) for name, given in json.loads(text).items()}
    for name, chip in found.items():
        chip.named(name, "")
    return found


def names(hardware: Hardware) -> set[str]:
    """Names that a switch model of a site may use."""
    return {*catalog(), *hardware.chips}


def of(switch: SwitchType, hardware: Hardware) -> Chip:
    """Chip of a switch model, with what the model itself states in the place of the chip's figures."""
    known = {**catalog(), **hardware.chips}
    base = known.get(switch.chip or "", Chip())
    stated = {"buffer": switch.buffer, "headroom": switch.headroom}
    made = base.model_copy(update={key: value for key, value in stated.items() if value is not None})
    made.named(base.name, base.origin)
    return made
