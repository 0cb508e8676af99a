"""Classes to start from: those of RFC 4594 with and without what followed, of RFC 8622, RFC 8325, and of an AI cluster.

Code points, and which of them go together, are those of the RFCs. What followed on RFC 4594 is LE instead of CS1 for
what may starve (RFC 8622), and VOICE-ADMIT beside EF (RFC 5865). The twelve service classes of RFC 4594 are in eight
queues, as many as ports have; signalling goes with telephony there, and inelastic video with the video that adapts. No
RFC states shares, so those are a choice, to be changed by writing the class out.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

SOURCE = {
    "rfc4594": "RFC 4594, figure 3, with RFC 5865 and RFC 8622; twelve service classes in eight queues; shares: a choice",
    "rfc4594-2006": "RFC 4594, figure 3, as it was published: low-priority data on CS1; shares: a choice",
    "rfc8622": "RFC 8622, sections 4 and 9: lower effort on code point 1 beside the default; shares: a choice",
    "rfc8325": "RFC 8325, figure 1, with RFC 8622: a class for each user priority of 802.11; CS6 and CS7 believed, as "
    "section 8 allows inside a trusted network; shares: a choice",
    "ai-cluster": "practice of RoCE fabrics: training on AF31, congestion notifications on CS6; shares: a choice",
}
"""Where the classes of each preset are from."""

_PRESETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "rfc4594": {
        "network-control": {"dscp": 48, "also": (56,), "share": "5%", "priority": "strict", "queue": 7},
        "telephony": {"dscp": 46, "also": (44, 40,), "share": "10%", "priority": "strict", "queue": 6},
        "conferencing": {"dscp": 34, "also": (36, 38, 32,), "share": "20%", "queue": 5},
        "streaming": {"dscp": 26, "also": (28, 30, 24,), "share": "20%", "queue": 4},
        "low-latency-data": {"dscp": 18, "also": (20, 22, 16,), "share": "15%", "ecn": "auto", "queue": 3},
        "high-throughput-data": {"dscp": 10, "also": (12, 14,), "share": "10%", "ecn": "auto", "queue": 2},
        "standard": {"dscp": 0, "share": "rest", "ecn": "auto", "queue": 1},
        "low-priority-data": {"dscp": 1, "also": (8,), "share": "1%", "queue": 0},
    },
    "rfc4594-2006": {
        "network-control": {"dscp": 48, "also": (56,), "share": "5%", "priority": "strict", "queue": 7},
        "telephony": {"dscp": 46, "also": (40,), "share": "10%", "priority": "strict", "queue": 6},
        "conferencing": {"dscp": 34, "also": (36, 38, 32,), "share": "20%", "queue": 5},
        "streaming": {"dscp": 26, "also": (28, 30, 24,), "share": "20%", "queue": 4},
        "low-latency-data": {"dscp": 18, "also": (20, 22, 16,), "share": "15%", "ecn": "auto", "queue": 3},
        "high-throughput-data": {"dscp": 10, "also": (12, 14,), "share": "10%", "ecn": "auto", "queue": 2},
        "standard": {"dscp": 0, "share": "rest", "ecn": "auto", "queue": 1},
        "low-priority-data": {"dscp": 8, "share": "1%", "queue": 0},
    },
    "rfc8622": {
        "standard": {"dscp": 0, "share": "rest", "ecn": "auto", "queue": 1},
        "lower-effort": {"dscp": 1, "share": "1%", "ecn": "auto", "queue": 0},
    },
    "rfc8325": {
        "network-control": {"dscp": 48, "also": (56,), "share": "5%", "priority": "strict", "queue": 7},
        "voice": {"dscp": 46, "also": (44,), "share": "15%", "priority": "strict", "queue": 6},
        "signalling": {"dscp": 40, "share": "4%", "queue": 5},
        "video": {"dscp": 34, "also": (36, 38, 32, 26, 28, 30, 24,), "share": "35%", "queue": 4},
        "low-latency-data": {"dscp": 18, "also": (20, 22,), "share": "15%", "queue": 3},
        "standard": {"dscp": 0, "also": (16, 10, 12, 14,), "share": "rest", "queue": 1},
        "background": {"dscp": 1, "also": (8,), "share": "1%", "queue": 0},
    },
    "ai-cluster": {
        "training": {"dscp": 26, "share": "50%", "lossless": True, "ecn": "auto"},
        "inference": {"dscp": 34, "share": "20%", "ecn": "auto"},
        "storage": {"dscp": 18, "share": "15%", "ecn": "auto"},
        "notifications": {"dscp": 48, "share": "2%", "priority": "strict"},
        "management": {"dscp": 16, "share": "2%"},
        "default": {"dscp": 0, "share": "rest"},
        "scavenger": {"dscp": 1, "also": (8,), "share": "1%"},
    },
}  # fmt: skip


_PRIORITIES = {"rfc8325": "rfc8325"}
"""Priorities of presets that have some of their own."""


def priorities(name: object) -> dict[str, Any]:
    """What a preset says of priorities, as a user would write it below `qos`.

    >>> priorities("rfc8325"), priorities("ai-cluster")
    ({'priorities': 'rfc8325'}, {})
    """
    return {"priorities": _PRIORITIES[name]} if isinstance(name, str) and name in _PRIORITIES else {}


def classes(name: object) -> dict[str, Any]:
    """Classes of a preset, as a user would write them; none for a name that is none.

    >>> [name for name, one in classes("ai-cluster").items() if one.get("lossless")]
    ['training']
    """
    found = _PRESETS.get(name) if isinstance(name, str) else None
    return {} if found is None else {key: deepcopy(dict(one)) for key, one in found.items()}
