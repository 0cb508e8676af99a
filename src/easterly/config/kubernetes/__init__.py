"""Network policies of Kubernetes, services and attachments."""

from easterly.config.kubernetes.parse import allowed
from easterly.config.kubernetes.render import render
from easterly.config.kubernetes.services import services

__all__ = ["allowed", "render", "services"]
