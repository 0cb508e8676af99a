"""From one site file to another: steps, each with what undoes it, in the order whose fullest link is least full."""

from easterly.study.changeover.run import Changeover, Taken, changeover
from easterly.study.changeover.steps import Step, apply, steps

__all__ = ["Changeover", "Step", "Taken", "apply", "changeover", "steps"]
