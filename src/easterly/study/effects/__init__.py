"""What each difference of two sites does to jobs and services: alone, last, and its part of the whole."""

from easterly.study.effects.measure import Measured, measure
from easterly.study.effects.parts import Effect, Effects, effects

__all__ = ["Effect", "Effects", "Measured", "effects", "measure"]
