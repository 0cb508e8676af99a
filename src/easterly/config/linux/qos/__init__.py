"""Quality of service on Linux: tc, nftables, kernel settings, offloads and the environment of jobs."""

from easterly.config.linux.qos.compare import differences, policed_otherwise
from easterly.config.linux.qos.nft import parse_nft, render_nft
from easterly.config.linux.qos.parse import parse_tc
from easterly.config.linux.qos.render import render, render_tc
from easterly.config.linux.qos.settings import parse_settings, render_settings
from easterly.config.linux.qos.shown import shown_tc

__all__ = [
    "differences", "parse_nft", "parse_settings", "parse_tc", "policed_otherwise", "render", "render_nft",
    "render_settings", "render_tc", "shown_tc",
]  # fmt: skip
