"""What tenants are predicted to use: the records that telemetry writes, filled from the plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from easterly.model.accounts import Account
from easterly.model.router import DEFAULT
from easterly.study import demand
from easterly.study.nouns import Nouns

MONDAY_s = 4 * 86_400
"""1970-01-05, the first Monday since the epoch."""


def predicted(
    nouns: Nouns, made: demand.Outgoing, interval_s: float, years: float = 0.0, monday_s: int = MONDAY_s
) -> Iterator[Account]:
    """Accounts of one week.

    By tenant and interval first a record of all classes together: bytes, addresses of the tenant's hosts, GPUs times
    seconds, the share of every link that it is promised. Then one of each class, with bytes alone. Work of nobody has
    no record.

    Parameters
    ----------
    nouns : Nouns
    made : Outgoing
    interval_s : float [s]
    years : float
        A week that is so much ahead.
    monday_s : int [s]
        Where the week begins, since 1970.

    Yields
    ------
    Account
        By tenant, then by time, then by class.
    """
    [series] = demand.rates(made, ("tenant", "class"), interval_s, years)
    sent_B: dict[str, dict[tuple[int, int], Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    columns = (series.labels[series.keys.index(key)].tolist() for key in ("tenant", "class"))
    rows = zip(*columns, series.start_s.tolist(), series.length_s.tolist(), series.mean_bps.tolist(), strict=True)
    for tenant, label, start_s, length_s, mean_bps in rows:
        when = (monday_s + round(start_s), monday_s + round(start_s + length_s))
        sent_B[tenant][when][label] += round(mean_bps * length_s / 8)
    parties, work = nouns.isolation.parties, made.demands.work
    facts = zip(parties.name.tolist(), parties.kind.tolist(), parties.vrf.tolist(), parties.floor.tolist(), strict=True)
    held = _addresses(nouns, made)
    for tenant, kind, vrf, floor in facts:
        gpus = int(work.gpus[work.tenant == tenant].sum()) if kind == "tenant" else 0
        for (start, end), of_class in sorted(sent_B[tenant].items()):
            yield Account(
                tenant, vrf or DEFAULT, "", start, end, in_B=of_class.total(), addresses=held[tenant],
                gpu_s=float(gpus * (end - start)), floor=floor or None, predicted=True,
            )  # fmt: skip
            for label, count in sorted(of_class.items()):
                yield Account(tenant, vrf or DEFAULT, label, start, end, in_B=count, predicted=True)


def _addresses(nouns: Nouns, made: demand.Outgoing) -> Counter[str]:
    """Addresses of the interfaces of each tenant's hosts."""
    work, names = made.demands.work, made.network.hosts.name
    whose = {
        str(names[host]): tenant for row, tenant in enumerate(work.tenant.tolist())
        for host in work.host_idx[work.host_ptr[row] : work.host_ptr[row + 1]].tolist()
    }  # fmt: skip
    ports = nouns.address.value.interfaces
    return Counter(
        whose[device] for device, role in zip(ports.device.tolist(), ports.role.tolist(), strict=True)
        if role == "host" and device in whose
    )  # fmt: skip
