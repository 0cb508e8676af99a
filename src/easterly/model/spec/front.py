"""Front ends of inference services: what stands between users and replicas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from easterly.base.schema import Doc
from easterly.model.spec.fields import Count, CountOrZero, Frozen, Time

PortNumber = Annotated[int, Field(ge=1, le=65535)]


def _path(pattern: str, what: str) -> Callable[[Any], str]:
    shape = re.compile(pattern)

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > 255 or not shape.fullmatch(value):
            # Not the value itself: somebody may have put a key where its file is asked for.
            text = f"this is not the path of {what}"
            raise PydanticCustomError(
                "E205", "{text}", {"text": text, "hint": f"write {what} from its root on, as /a/b"}
            )
        return value

    return read


FILE, RESOURCE = r"^(/[A-Za-z0-9_.-]+)+$", r"^((/[A-Za-z0-9_.~-]+)+/?|/)$"
"""Never a space, a quote or a line end, so that a path can stand in any dialect."""
FilePath = Annotated[
    str, BeforeValidator(_path(FILE, "a file")), WithJsonSchema({"type": "string", "pattern": FILE})
]  # fmt: skip
UrlPath = Annotated[
    str, BeforeValidator(_path(RESOURCE, "a resource")), WithJsonSchema({"type": "string", "pattern": RESOURCE})
]  # fmt: skip


class Tls(Frozen):
    """Encryption towards users. The key stays where it is: a rendered file names its file and never holds it."""

    certificate: Annotated[
        FilePath, Doc("File on the machine of the front end that holds certificates and key (PEM), such as /etc/x.pem.")
    ]


class Front(Frozen):
    """How users reach the replicas of a service: a balancer that speaks HTTP.

    Requests go to the replicas that compute prompts, or to those that do both.
    """

    software: Annotated[Literal["haproxy", "nginx"], Doc("Balancer.")] = "haproxy"
    server: Annotated[
        Literal["vllm", "sglang", "tgi", "triton", "other"],
        Doc("Inference server of the replicas; it decides which path says that one is well."),
    ] = "vllm"
    port: Annotated[
        PortNumber, Doc("Port of the first replica on a host; those after it on the same host have the next ones.")
    ] = 8000
    listen: Annotated[PortNumber | None, Doc("Port for users; 443 with `tls`, 80 without, if absent.")] = None
    tls: Annotated[Tls | None, Doc("Encryption towards users; none if absent.")] = None
    http2: Annotated[bool, Doc("Offer HTTP/2 to users, beside HTTP/1.1; needs `tls`.")] = True
    check: Annotated[
        UrlPath | None, Doc("Path that answers 200 where a replica is well; that of `server` if absent.")
    ] = None
    every: Annotated[Time, Doc("Interval between two checks of a replica.")] = 2.0
    balance: Annotated[
        Literal["least-connections", "round-robin"],
        Doc("The replica with the fewest requests over its weight, or each in turn as often as its weight says."),
    ] = "least-connections"
    weights: Annotated[
        tuple[Annotated[CountOrZero, Field(le=256)], ...],
        Doc("Weight of each replica, 0 for one that gets nothing new; in proportion to their GPUs if absent."),
    ] = ()
    kept: Annotated[Count, Doc("Idle connections to each replica that are kept open.")] = 32
    connect: Annotated[Time, Doc("Time for a connection to a replica, before another one is tried.")] = 1.0
    streamed: Annotated[
        bool, Doc("All users take tokens as they come; otherwise a replica may be silent until its answer is whole.")
    ] = False
    idle: Annotated[
        Time | None,
        Doc("Silence after which an answer counts as lost; derived from the objectives of the service if absent."),
    ] = None
