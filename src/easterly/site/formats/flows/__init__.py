"""Flows of other simulators, and of captures.

| format | ending | starts | sizes |
|---|---|---|---|
| connection matrix of csg-htsim | ``.cm``, ``.tm`` | ps, or when triggers fire | bytes |
| flows of HPCC's simulator | ``flow.txt`` | s | bytes |
| captures | ``.pcap``, ``.pcapng`` | when packets were seen | bytes of packets |
"""

from easterly.site.formats.flows.captures import Captured, is_capture, read_capture, read_packets
from easterly.site.formats.flows.verbs import read_flows, write_flows

__all__ = ["Captured", "is_capture", "read_capture", "read_flows", "read_packets", "write_flows"]
