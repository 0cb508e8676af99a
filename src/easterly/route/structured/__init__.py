"""Structured fabrics: routes by formula where a network is whole, and routings that are not equal-cost multipath."""

from easterly.route.structured.frames import Frame, Places, places, recognised
from easterly.route.structured.mix import Mix, mix
from easterly.route.structured.routes import loads, named, paths, unhashed

__all__ = ["Frame", "Mix", "Places", "loads", "mix", "named", "paths", "places", "recognised", "unhashed"]
