"""What a work needs on its hosts besides GPUs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Rate, Size

OnHosts = Annotated[
    tuple[str, ...],
    Doc("Its hosts by name, in rank order, as `easterly place` writes them; runs like `east-host-0..east-host-15`."),
]


class Needs(Frozen):
    """What a work needs on its hosts for each of its GPUs; compared with what host models have."""

    cpus: Annotated[float | None, Field(gt=0, le=4096), Unit("1"), Doc("Processor cores; not counted if absent.")] = (
        None
    )
    ram: Annotated[Size | None, Doc("Main memory; not counted if absent.")] = None
    storage: Annotated[Rate | None, Doc("Rate from and to storage; not counted if absent.")] = None
