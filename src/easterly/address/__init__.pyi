from easterly.address.changes import Change, Changes, changes
from easterly.address.facts import Facts, facts, usable
from easterly.address.headroom import Headroom, headroom
from easterly.address.isolation import isolation
from easterly.address.listed import FaultyList, Listed, read_list
from easterly.address.needs import Group, Need
from easterly.address.plan import plan, tight_pools
from easterly.address.prefixes import Prefixes
from easterly.address.proof import Fact, prove, prove_exact
from easterly.address.reading import read_back
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
    supernet,
    symmetric,
)
from easterly.address.sparse import sparse, sparse_order
from easterly.address.summaries import Entries, Summary, entries, summaries
from easterly.address.text import AddressError, Prefix, read, read_host, write
from easterly.address.vlsm import vlsm

__all__ = [
    "AddressError",
    "Change",
    "Changes",
    "Classified",
    "Entries",
    "Fact",
    "Facts",
    "FaultyList",
    "Group",
    "Headroom",
    "Listed",
    "Need",
    "Prefix",
    "Prefixes",
    "Purpose",
    "Summary",
    "Table",
    "Zone",
    "addresses_in",
    "changes",
    "classify",
    "classify_many",
    "covering",
    "entries",
    "facts",
    "headroom",
    "intersect",
    "isolation",
    "overlaps",
    "parents",
    "parts",
    "plan",
    "prove",
    "prove_exact",
    "range_prefixes",
    "read",
    "read_back",
    "read_host",
    "read_list",
    "reverse_name",
    "reverse_zones",
    "sparse",
    "sparse_order",
    "subtract",
    "summaries",
    "summarise",
    "supernet",
    "symmetric",
    "tight_pools",
    "usable",
    "vlsm",
    "write",
]
