"""Do the files of a bridge hold together? Decided on their text, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from easterly.base.findings import Finding, Severity

_REQUEST = re.compile(r"\bofport_request=(\d+)")
_GROUP = re.compile(r"^group_id=(\d+),(.*)$", re.M)
_OUTPUT = re.compile(r"\boutput:(\d+)|\bin_port=(\d+)")
_TO_GROUP = re.compile(r"\bgroup:(\d+)")
_WATCHED = re.compile(r"\bwatch_port:(\d+)")
_WEIGHT = re.compile(r"\bweight:(\d+)")
HINT = "report this as a defect of Easterly, unless somebody changed the file"
MPLS_HINT = "push the inner label in the flow, and the outer one in the bucket"
QUEUE_HINT = "use the datapath of the kernel, or let what the bridge runs on schedule"


def faults(files: Mapping[str, str], name: str) -> Iterator[Finding]:
    """What is wrong with one bridge.

    Parameters
    ----------
    files : mapping of str to str
        Text by suffix: ``flows``, ``groups``, ``sh``; what is not there is not looked at.
    name : str
        Path without suffix, for messages.

    Yields
    ------
    Finding
        E924 a port or group that does not exist, E925 a group without a bucket that can carry anything, E926 two labels
        in one bucket, E927 queues that the datapath ignores.
    """
    script, flows = files.get("sh"), files.get("flows", "")
    ports = {int(p) for p in _REQUEST.findall(script)} if script is not None else None
    groups = {int(number): rest for number, rest in _GROUP.findall(files.get("groups", ""))}
    yield from _flows(flows, name, ports, groups if "groups" in files else None)
    for number, rest in groups.items():
        yield from _group(f"{name}.groups: group {number}", rest, ports)
    if script is not None and "datapath_type=netdev" in script and "set_queue:" in flows:
        yield _found(
            "E927", f"{name}.flows sets queues, which the datapath in user space (netdev) ignores", QUEUE_HINT, True
        )


def _flows(flows: str, name: str, ports: set[int] | None, groups: dict[int, str] | None) -> Iterator[Finding]:
    for number, line in enumerate(flows.splitlines(), 1):
        if line.startswith("#"):
            continue
        for pair in _OUTPUT.findall(line) if ports is not None else ():
            port = int(pair[0] or pair[1])
            if ports is not None and port not in ports:
                yield _found("E924", f"{name}.flows:{number}: port {port} is not one of the bridge")
        for group in map(int, _TO_GROUP.findall(line)):
            if groups is not None and group not in groups:
                yield _found("E924", f"{name}.flows:{number}: there is no group {group}")


def _group(where: str, rest: str, ports: set[int] | None) -> Iterator[Finding]:
    """A bucket can carry something if its port exists, and its weight is not 0."""
    buckets = rest.split("bucket=")[1:]
    alive = 0
    for bucket in buckets:
        used = {int(pair[0] or pair[1]) for pair in _OUTPUT.findall(bucket)} | set(map(int, _WATCHED.findall(bucket)))
        missing = sorted(used - ports) if ports is not None else []
        weight = _WEIGHT.search(bucket)
        alive += not missing and (weight is None or int(weight[1]) > 0)
        for port in missing:
            yield _found("E924", f"{where}: port {port} is not one of the bridge")
        if bucket.count("push_mpls") > 1:
            text = f"{where}: a bucket pushes {bucket.count('push_mpls')} labels, and the last alone is sent"
            yield _found("E926", text, MPLS_HINT, True)
    if not alive:
        yield _found("E925", f"{where}: {'no bucket at all' if not buckets else 'no bucket can carry anything'}")


def _found(code: str, message: str, hint: str = HINT, warning: bool = False) -> Finding:
    return Finding(code, "", message, hint, severity=Severity.WARNING if warning else Severity.ERROR)
