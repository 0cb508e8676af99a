"""Flows as fluids: step times from steady rates, and activities that share links event by event."""

from easterly.predict.fluid.means import per_step, predict
from easterly.predict.fluid.simulate import activities, simulate

__all__ = ["activities", "per_step", "predict", "simulate"]
