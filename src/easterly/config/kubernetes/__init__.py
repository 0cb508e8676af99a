"""Network policies of Kubernetes, services and attachments."""

from easterly.config.kubernetes.parse import Grant, Policies, allowed, grants, policies
from easterly.config.kubernetes.render import render
from easterly.config.kubernetes.services import services

__all__ = ["Grant", "Policies", "allowed", "grants", "policies", "render", "services"]
