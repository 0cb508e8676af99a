"""Chakra execution traces (MLCommons; arXiv 2305.14516): a file for each rank, in Protocol Buffers or JSON.

| form | ending | written by |
|---|---|---|
| messages with their lengths: metadata, then nodes | ``.et`` | Chakra's converters, ASTRA-sim's tools |
| ``{"workload_graph": [...]}`` | ``.json`` | for Chakra's JSON feeder |
| the messages as JSON, one behind the other | ``.json`` | Chakra's jsonizer |

Each may be packed with gzip (``.gz``). The number before the ending is the rank.
"""

from easterly.site.formats.chakra.reading import read
from easterly.site.formats.chakra.writing import write

__all__ = ["read", "write"]
