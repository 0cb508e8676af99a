"""Flows, groups and ports of Open vSwitch read back."""

from __future__ import annotations

import re
from collections import defaultdict

from easterly.config.ovs.bridge import Admission, Bridge, Group, Line, Queue, Station, Way

_STATION = re.compile(
    r"^table=0,priority=300,in_port=(\d+),.*?(?:ipv6_src|arp_spa)=([^,]+),(?:nd_target|arp_tpa)=([^,]+),", re.M
)
_TABLE = re.compile(r"^table=0,priority=200,in_port=(\d+),.*actions=write_metadata:(\d+),", re.M)
_ADMISSION = re.compile(r"^table=1,priority=\d+,metadata=(\d+),.*?_dst=([^,]+),", re.M)
_QUEUE = re.compile(r"^table=2,priority=\d+,ip,ip_dscp=(\d+),actions=set_queue:(\d+),", re.M)
_CONNECTED = re.compile(r"^table=3,.*?_dst=([^,]+),actions=set_field", re.M)
_WAY = re.compile(r"^table=3,.*?_dst=([^,]+),actions=dec_ttl,(group|output):(\d+)$", re.M)
_SEED = re.compile(r"^group_id=.*,selection_method_param=(\d+),", re.M)
_GROUP = re.compile(r"^group_id=(\d+),type=(\w+)(.*)$", re.M)
_BUCKET = re.compile(r"bucket=bucket_id:\d+(?:,weight:(\d+))?,watch_port:(\d+),actions=output:(\d+)")
_PORT = re.compile(
    r"set interface swp\d+ ofport_request=(\d+)(?: 'bfd={(?:enable=true,min_tx=(\d+),min_rx=\d+,mult=(\d+))?}')?$", re.M
)
_QOS = re.compile(r"^ovs-vsctl set port swp(\d+) .*? other-config:max-rate=(\d+) queues.*$", re.M)
_SHARE = re.compile(r"--id=@q(\d+) create queue other-config:min-rate=(\d+)")


def groups(text: str) -> tuple[Group, ...]:
    r"""Groups of a file.

    >>> groups("group_id=1,type=ff,bucket=bucket_id:1,watch_port:2,actions=output:2\n")
    (Group(number=1, kind='ff', buckets=((2, 1),)),)
    """
    return tuple(
        Group(int(number), kind, tuple((int(port), int(weight or 1)) for weight, _, port in _BUCKET.findall(rest)))
        for number, kind, rest in _GROUP.findall(text)
    )


def parse(flows: str, group: str, script: str) -> Bridge:
    """Read the three files of one bridge.

    Parameters
    ----------
    flows, group, script : str
        As `easterly.config.ovs.render` writes them.

    Returns
    -------
    Bridge
        Rates of ports without queues are 0: nothing tells them. Shares of queues are to a millionth of the port's rate.

    Raises
    ------
    ValueError
        The script makes no bridge.
    """
    head = re.search(r"^# (\S+): the bridge,", script, re.M)
    datapath = re.search(r" datapath_type=(\w+) ", script)
    if head is None or datapath is None:
        raise ValueError("no script of a bridge: it adds none")
    tables = {int(port): int(table) for port, table in _TABLE.findall(flows)}
    rates = {int(port): int(bps) for port, bps in _QOS.findall(script)}
    hosts = {int(port) for port, _, _ in _STATION.findall(flows)}
    return Bridge(
        name=head[1],
        datapath=datapath[1],
        lines=tuple(
            Line(port, rates.get(port, 0), tables.get(port, 0) if port in hosts else -1, (interval_ms, multiplier))
            for port, interval_ms, multiplier in (
                map(int, (each or 0 for each in row)) for row in _PORT.findall(script)
            )
        ),
        groups=groups(group),
        ways=tuple(
            Way(prefix, int(n) if what == "group" else 0, int(n) if what == "output" else 0)
            for prefix, what, n in _WAY.findall(flows)
        ),
        connected=tuple(_CONNECTED.findall(flows)),
        stations=tuple(Station(address, int(port), gateway) for port, address, gateway in _STATION.findall(flows)),
        admissions=tuple(Admission(int(table), prefix) for table, prefix in _ADMISSION.findall(flows)),
        queues=_queues(flows, script),
        seed=int(seed[1]) if (seed := _SEED.search(group)) else 0,
    )


def _queues(flows: str, script: str) -> tuple[Queue, ...]:
    points: dict[int, list[int]] = defaultdict(list)
    for point, number in _QUEUE.findall(flows):
        points[int(number)].append(int(point))
    fastest = max(_QOS.finditer(script), key=lambda line: int(line[2]), default=None)
    if fastest is None:
        return ()
    least = {int(number): int(bps) for number, bps in _SHARE.findall(fastest[0])}
    bps = int(fastest[2])
    return tuple(Queue(n, tuple(points[n]), round(least[n] * 1e6 / bps)) for n in sorted(least))
