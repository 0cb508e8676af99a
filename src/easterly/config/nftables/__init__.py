"""nftables: access lists of Linux switches and of hosts, rendered, read back and checked by `nft`."""

from easterly.config.nftables.parse import parse
from easterly.config.nftables.render import render

__all__ = ["parse", "render"]
