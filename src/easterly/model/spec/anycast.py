"""Service addresses that several places announce, each as long as its own service is well."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Frozen, Name, Named, Pause


class HealthCheck(Frozen):
    """How a service is asked whether it is well, from the router beside it."""

    kind: Annotated[
        Literal["tcp", "http"], Doc("``tcp``: the port takes a connection; ``http``: an answer of 200 to 399.")
    ] = "tcp"
    port: Annotated[int, Field(ge=1, le=65535), Unit("1"), Doc("Port of the service.")]
    path: Annotated[str, Field(pattern=r"^/[!-~]*$"), Doc("What is asked for by ``http``.")] = "/"
    interval: Annotated[Pause, Doc("From one question to the next; 10 ms at least.")] = 1.0
    timeout: Annotated[Pause | None, Doc("How long an answer may take; half of `interval` if absent.")] = None
    fall: Annotated[int, Field(ge=1, le=100), Unit("1"), Doc("Failures in a row after which it is withdrawn.")] = 3
    rise: Annotated[int, Field(ge=1, le=100), Unit("1"), Doc("Successes in a row after which it is announced.")] = 2


class Anycast(Named):
    """One address, announced from several places; whoever asks reaches the nearest that is well."""

    address: Annotated[tuple[str, ...], Doc("Its address, or one of each family; taken from `block` if absent.")] = ()
    block: Annotated[Name | None, Doc("Block of the role ``anycast`` that its addresses come from.")] = None
    at: Annotated[
        tuple[str, ...], Field(min_length=1),
        Doc("Hosts that serve it (the leaves beside them announce it), or switches that serve it themselves."),
    ]  # fmt: skip
    check: Annotated[HealthCheck | None, Doc("Health check; announced always if absent.")] = None
    drain: Annotated[tuple[str, ...], Doc("Places of `at` that are kept out for now.")] = ()
