from easterly.config import access, complete, kueue, slurm, switches
from easterly.config.checks import contradictions
from easterly.config.linux.qos import told
from easterly.config.render import render
from easterly.config.reread import reread
from easterly.config.sanity import implausible
from easterly.config.secrets import exposed
from easterly.config.targets import ALL, TARGETS, Sources, chosen, files_of
from easterly.config.validate import validate

__all__ = [
    "ALL",
    "TARGETS",
    "Sources",
    "access",
    "chosen",
    "complete",
    "contradictions",
    "exposed",
    "files_of",
    "implausible",
    "kueue",
    "render",
    "reread",
    "slurm",
    "switches",
    "told",
    "validate",
]
