from easterly.config import switches
from easterly.config.checks import contradictions
from easterly.config.linux.qos import told
from easterly.config.render import render
from easterly.config.validate import validate

__all__ = ["contradictions", "render", "switches", "told", "validate"]
