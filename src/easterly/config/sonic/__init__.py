"""SONiC: classes as tables of config_db.json, rendered and read back."""

from easterly.config.sonic.parse import parse
from easterly.config.sonic.render import NOT_WRITTEN, fit, port_name, render

__all__ = ["NOT_WRITTEN", "fit", "parse", "port_name", "render"]
