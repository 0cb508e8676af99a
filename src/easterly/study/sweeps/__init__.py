"""Many independent calculations: on the processors of this machine, or on a Ray cluster; kept, and taken up again."""

from easterly.study.sweeps.run import SweepError, missing, run
from easterly.study.sweeps.tasks import Done, Plain, Task

__all__ = ["Done", "Plain", "SweepError", "Task", "missing", "run"]
