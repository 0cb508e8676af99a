from easterly.address.facts import Facts, facts, usable
from easterly.address.listed import FaultyList, Listed, read_list
from easterly.address.plan import plan, tight_pools
from easterly.address.prefixes import Prefixes
from easterly.address.proof import Fact, prove
from easterly.address.registry import Classified, Purpose, classify, classify_many
from easterly.address.reverse import Zone, reverse_name, reverse_zones
from easterly.address.sets import (
    Table,
    addresses_in,
    covering,
    intersect,
    overlaps,
    parents,
    parts,
    range_prefixes,
    subtract,
    summarise,
    symmetric,
)
from easterly.address.sparse import sparse, sparse_order
from easterly.address.text import AddressError, Prefix, read, read_host, write
from easterly.address.vlsm import Need, vlsm

__all__ = [
    "AddressError",
    "Classified",
    "Fact",
    "Facts",
    "FaultyList",
    "Listed",
    "Need",
    "Prefix",
    "Prefixes",
    "Purpose",
    "Table",
    "Zone",
    "addresses_in",
    "classify",
    "classify_many",
    "covering",
    "facts",
    "intersect",
    "overlaps",
    "parents",
    "parts",
    "plan",
    "prove",
    "range_prefixes",
    "read",
    "read_host",
    "read_list",
    "reverse_name",
    "reverse_zones",
    "sparse",
    "sparse_order",
    "subtract",
    "summarise",
    "symmetric",
    "tight_pools",
    "usable",
    "vlsm",
    "write",
]
