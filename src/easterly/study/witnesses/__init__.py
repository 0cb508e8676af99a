"""Three answers for every queue, side by side: the mean by formulae, the distribution by packets, and the bound."""

from easterly.study.witnesses.findings import findings
from easterly.study.witnesses.run import HOPS, SiteWitnesses, as_sent, at_random, witness_site
from easterly.study.witnesses.table import MeanGroups, Witnesses

__all__ = ["HOPS", "MeanGroups", "SiteWitnesses", "Witnesses", "as_sent", "at_random", "findings", "witness_site"]
