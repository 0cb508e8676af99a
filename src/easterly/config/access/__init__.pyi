from easterly.config.access.files import DIALECTS, contradictions, differences, planned, render
from easterly.config.access.found import found

__all__ = ["DIALECTS", "contradictions", "differences", "found", "planned", "render"]
