"""Network policies of Kubernetes."""

from easterly.config.kubernetes.parse import allowed
from easterly.config.kubernetes.render import render

__all__ = ["allowed", "render"]
