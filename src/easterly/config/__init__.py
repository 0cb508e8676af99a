"""Plans to text, and text back: every device, host and table that the site needs."""

from easterly.config import switches
from easterly.config.checks import contradictions
from easterly.config.render import render
from easterly.config.validate import validate

__all__ = ["contradictions", "render", "switches", "validate"]
