"""ring: each switch joined to the next, the last to the first."""

from __future__ import annotations

from easterly.model.spec.fabric import Ring
from easterly.site.blueprints.direct import plant
from easterly.site.blueprints.parts import Parts, Scheme, numbered
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.torus import grid, torus_numbers


def fabric(spec: Ring, stock: Stock) -> Parts:
    """Parts of a ring: links forwards on the first ports behind those of the hosts, links backwards after them.

    Raises
    ------
    FindingsError
        E211, E401, E403, E404, E410, E416.
    """
    made = plant(spec, stock, spec.switches, 2 * spec.links, "to both neighbours")
    scheme = Scheme("torus", torus_numbers((spec.switches,), (True,), spec.links), spec.routing)
    cables = grid(made, (spec.switches,), (True,), spec.links)
    return made.parts(numbered(f"{spec.name}-switch", spec.switches), cables, scheme)
