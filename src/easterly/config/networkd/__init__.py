"""systemd-networkd: units of hosts and switches."""

from easterly.config.networkd.parse import parse
from easterly.config.networkd.render import render, text

__all__ = ["parse", "render", "text"]
