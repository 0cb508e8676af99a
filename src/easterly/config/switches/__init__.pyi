from easterly.config.switches.compare import differences
from easterly.config.switches.dialect import DIALECTS, Dialect, settings
from easterly.config.switches.files import contradictions, render

__all__ = ["DIALECTS", "Dialect", "contradictions", "differences", "render", "settings"]
