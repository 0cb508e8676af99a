"""Inference servers as a balancer has to know them: which paths they answer."""

from __future__ import annotations

HEALTH: dict[str, tuple[str, ...]] = {
    "vllm": ("/health", "/ping", "/v1/models", "/version", "/load"),
    "sglang": ("/health", "/health_generate", "/v1/models", "/get_model_info", "/model_info"),
    "tgi": ("/health", "/info", "/v1/models"),
    "triton": ("/v2/health/ready", "/v2/health/live", "/v2"),
    "other": (),
}
"""Paths that answer 200 to a GET where a server is well, the one to check first (the reference of each server's HTTP
interface). Of another server nothing is known: any path is believed."""


def check_of(server: str, stated: str | None) -> str:
    """Path to check: the one that is stated, or the server's own; ``/health`` of one that is not known.

    >>> check_of("triton", None)
    '/v2/health/ready'
    """
    return stated or next(iter(HEALTH[server]), "/health")


def answers(server: str, path: str) -> bool:
    """Whether a server of this make answers a path.

    >>> answers("vllm", "/healthz"), answers("other", "/healthz")
    (False, True)
    """
    return not HEALTH[server] or path in HEALTH[server]
