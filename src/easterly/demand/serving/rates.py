"""Rates that need no GPU: caches, requests and answers on the wire."""

from __future__ import annotations

from easterly.demand.serving.weights import token_B
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


def users_bps(service: Service) -> tuple[float, float]:
    """Rates of requests and of answers on the wire: text, and the protocol's bytes per request and per token."""
    load, users = service.load, service.users
    inwards = load.prompt * users.token + users.per_request
    outwards = load.output * (users.token + users.per_token) + users.per_request
    return float(load.requests * inwards * 8), float(load.requests * outwards * 8)


def cache_rate_bps(service: Service, model: ModelSpec) -> float:
    """Rate of the caches of all requests together; 0 where prefill and decode are not apart."""
    if service.mode == "aggregated":
        return 0.0
    return float(service.load.requests * cache_B(service, model) * 8)


def cache_B(service: Service, model: ModelSpec) -> float:
    """Cache of a mean request, less what is already there.

    >>> from easterly.model.catalog import models
    >>> load = {"requests": "1/s", "prompt": 4989}
    >>> chat = Service.model_validate({"class": "c", "model": "llama3-405b", "load": load})
    >>> round(cache_B(chat, models.lookup("llama3-405b")) / 1e9, 2)
    2.57
    """
    load = service.load
    return float(load.prompt * max(0.0, 1 - load.prefix_hit) * token_B(service, model))
