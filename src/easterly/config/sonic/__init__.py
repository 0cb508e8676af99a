"""SONiC: classes as tables of config_db.json, rendered and read back."""

from easterly.config.sonic.parse import parse
from easterly.config.sonic.render import fit, port_name, render

__all__ = ["fit", "parse", "port_name", "render"]
