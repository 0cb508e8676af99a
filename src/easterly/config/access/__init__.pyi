from easterly.config.access.files import DIALECTS, contradictions, differences, planned, render

__all__ = ["DIALECTS", "contradictions", "differences", "planned", "render"]
