"""Kueue on Kubernetes: topologies, flavours, queues of tenants, and the labels of nodes."""

from easterly.config.kueue.parse import Read, parse
from easterly.config.kueue.render import LABEL, render

__all__ = ["LABEL", "Read", "parse", "render"]
