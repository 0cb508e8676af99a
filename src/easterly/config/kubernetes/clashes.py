"""Pods that ask for what only one of them can have, in a file that somebody may have edited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from easterly.config.kubernetes.parse import plain

ASKED = "k8s.v1.cni.cncf.io/networks"
Fault = tuple[int, str, str]
"""Line, code, message."""


def clashes(system: str, text: str) -> Iterator[Fault]:
    """Interfaces and addresses that two pods ask for (E935), text that is no YAML (E932).

    Parameters
    ----------
    system : str
        kubernetes; of others nothing is said.
    text : str
        A whole file.

    Yields
    ------
    (int, str, str)
        Line, code and message.

    Examples
    --------
    >>> pod = '{kind: Deployment, metadata: {name: a}, spec: {replicas: 3, template: {metadata: {annotations: ASK}}}}'
    >>> list(clashes("kubernetes", pod.replace("ASK", "{k8s.v1.cni.cncf.io/networks: nic0}")))
    [(1, 'E935', 'its 3 pods ask for nic0, which only one pod of a host can have')]
    """
    import yaml

    from easterly.model import yamls

    if system != "kubernetes" or ASKED not in text:
        return
    had: dict[tuple[str, str], str] = {}
    try:
        for node in yamls.compose_all(text):
            read = plain(node) if isinstance(node, yaml.MappingNode) else {}
            if read.get("kind") == "Deployment":
                yield from _deployment(read, had)
    except yaml.MarkedYAMLError as error:
        yield (error.problem_mark.line + 1 if error.problem_mark else 1), "E932", f"is no YAML: {error.problem}"
    except (KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
        yield 1, "E932", f"a Deployment is not understood: {error}"


def _deployment(read: dict[str, Any], had: dict[tuple[str, str], str]) -> Iterator[Fault]:
    """What one asks for and others before it have; keeps what it asks for."""
    notes = read["spec"]["template"]["metadata"].get("annotations", {})
    names, addresses = _asked(notes.get(ASKED, ""))
    name, count = read["metadata"]["name"], int(read["spec"].get("replicas", 1))
    if count > 1 and names:
        yield notes.line, "E935", f"its {count:,} pods ask for {names[0]}, which only one pod of a host can have"
    host = read["spec"]["template"].get("spec", {}).get("nodeSelector", {}).get("kubernetes.io/hostname", "")
    # Without a host two pods may be apart; an address is one wherever they are.
    wanted = [*((host, each) for each in names if host), *(("", each) for each in addresses)]
    for place, each in wanted:
        other = had.setdefault((place, each), name)
        if other != name:
            yield notes.line, "E935", f"{name} asks for {each}{f' of {place}' * bool(place)}, which {other} has"


def _asked(text: str) -> tuple[list[str], list[str]]:
    """Networks and addresses of a request, which is JSON or names between commas (Multus, how-to-use)."""
    if not text.strip().startswith("["):
        names = [each.strip().rpartition("/")[2].partition("@")[0] for each in text.split(",")]
        return [name for name in names if name], []
    rows = json.loads(text)
    return [row["name"] for row in rows], [each for row in rows for each in row.get("ips", [])]
