"""From symptoms of a slow job to ranked causes, with the evidence for each and the measurement that would tell more."""

from easterly.study.diagnose.causes import Cause, causes_of
from easterly.study.diagnose.figures import Figures, figures_of
from easterly.study.diagnose.rank import Ranking, expected_of, rank
from easterly.study.diagnose.run import Diagnosis, diagnose
from easterly.study.diagnose.signs import SIGNS, Around, Odds, Sign

__all__ = [
    "SIGNS", "Around", "Cause", "Diagnosis", "Figures", "Odds", "Ranking", "Sign", "causes_of", "diagnose",
    "expected_of", "figures_of", "rank",
]  # fmt: skip
