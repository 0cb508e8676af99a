"""The address manager over HTTP: a REST service with tokens, tenants, ETags, pages and hooks."""

from easterly.address.service.access import add_token, drop_token, tokens
from easterly.address.service.app import Policy, application
from easterly.address.service.serve import CannotServe, Listener, read_listener, serve

__all__ = [
    "CannotServe", "Listener", "Policy", "add_token", "application", "drop_token", "read_listener", "serve", "tokens",
]  # fmt: skip
