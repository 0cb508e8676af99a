"""Topologies and traffic matrices of other tools: read, written, converted.

| format | ending | unit of rates | unit of delays |
|---|---|---|---|
| node-link JSON | ``.json`` | asked for, or in the text of the value; bit/s in `capacity_bps` | so, s in `delay_s` |
| GraphML, GML | ``.graphml``, ``.gml`` | as JSON; in the Topology Zoo bit/s in `LinkSpeedRaw` | as JSON |
| SNDlib | ``.xml``, native text | that of ``meta/unit``; else asked for | none in the format |
| REPETITA | ``.graph``, ``.demands`` | kbit/s, its convention | us, its convention |
| CSV matrices | ``.csv`` | asked for; ratios without one; bit/s in `demand_bps` | none in the format |
| CSV curves | ``.csv`` | written with every value, or asked for; bit/s in `rate_bps` | none in the format |
| csg-htsim | ``.topo`` | Gbit/s in `Downlink_speed_Gbps` | ns in `Downlink_Latency_ns` |
| HPCC | ``topology.txt`` | written with every value | written with every value |
| site file | ``.yaml`` | written with every value | written with every value |
| TopoHub | ``topohub:NAME`` | no capacities; demands as CSV | from lengths, which are in km |

Networks are also written for containerlab (``.clab.yml``) and Graphviz (``.dot``), neither of which has units.
"""

from easterly.site.formats.containerlab import Lab
from easterly.site.formats.converting import convert
from easterly.site.formats.curves import read_curves
from easterly.site.formats.exporting import write
from easterly.site.formats.importing import Imported, read
from easterly.site.formats.matching import node_rows

__all__ = ["Imported", "Lab", "convert", "node_rows", "read", "read_curves", "write"]
