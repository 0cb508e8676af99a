from easterly.config import kueue, slurm, switches
from easterly.config.checks import contradictions
from easterly.config.linux.qos import told
from easterly.config.render import render
from easterly.config.validate import validate

__all__ = ["contradictions", "kueue", "render", "slurm", "switches", "told", "validate"]
