from easterly.study.place.export import exported
from easterly.study.place.problem import OBJECTIVES, UNITS
from easterly.study.place.room import Room
from easterly.study.place.site import Placed, Placing, place
from easterly.study.place.tenants import Tenancy

__all__ = ["OBJECTIVES", "UNITS", "Placed", "Placing", "Room", "Tenancy", "exported", "place"]
