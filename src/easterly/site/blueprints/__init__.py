"""Blueprints: short descriptions of fabrics, turned into every switch, port and cable.

`build` makes the `Network` of a site; `BLUEPRINTS` maps the key ``blueprint`` to the function that knows
the parts of such a fabric. All else (indices, both directions of a cable, the WAN) is done once, for all.
"""

from __future__ import annotations

from easterly.site.blueprints.table import BLUEPRINTS, build

__all__ = ["BLUEPRINTS", "build"]
