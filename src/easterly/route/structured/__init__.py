"""Structured fabrics: routes by formula where a network is whole, and routings that are not equal-cost multipath."""

from easterly.route.structured.frames import Frame, Places, places, recognised
from easterly.route.structured.mix import Mix, mix
from easterly.route.structured.routes import is_plain, loads, paths, shares_out

__all__ = ["Frame", "Mix", "Places", "is_plain", "loads", "mix", "paths", "places", "recognised", "shares_out"]
