"""What is left of a planned network while parts go, and what spreads along it."""

from easterly.study.robustness.reach import Outbreak, outbreak, segments_of
from easterly.study.robustness.removal import Removal, parts_of, remove
from easterly.study.robustness.rollout import PLANS, Rollout, Stage, roll_out
from easterly.study.robustness.structure import Joined, Structure, structure_of

__all__ = [
    "PLANS", "Joined", "Outbreak", "Removal", "Rollout", "Stage", "Structure", "outbreak", "parts_of", "remove",
    "roll_out", "segments_of", "structure_of",
]  # fmt: skip
