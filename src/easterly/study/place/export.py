"""A placement for schedulers: files of Slurm and of Kueue, read back and compared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.base.runs import runs
from easterly.config import kueue, slurm
from easterly.model.blocks import Blocks
from easterly.model.branches import Branch, branches_of
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.spec.site import Site
from easterly.study.place.evaluate import Outcome


def exported(site: Site, network: Network, blocks: Blocks, outcome: Outcome) -> tuple[Artifact, ...]:
    """Files that tell schedulers the tree of the network, and where a placement has its jobs.

    Parameters
    ----------
    site : Site
        Shares of its tenants become quotas; without any, all have the same.
    network : Network
    blocks : Blocks
    outcome : Outcome
        The placement.

    Returns
    -------
    tuple of Artifact
        By path.

    Raises
    ------
    ValueError
        A name that Kubernetes does not take.
    ArithmeticError
        A file that does not read back as what was meant: a defect of Easterly.
    """
    names = network.hosts.name.tolist()
    branches = branches_of(blocks, names)
    jobs = {name: tuple(names[h] for h in rows.tolist()) for name, rows in outcome.hosts.items()}
    fabrics = np.unique(network.hosts.fabric)
    gpus = {str(fabric): int(network.hosts.gpus[network.hosts.fabric == fabric].sum()) for fabric in fabrics}
    files = [*slurm.render(branches, jobs), *kueue.render(branches, gpus, shares(site)), _pins(site, jobs)]
    wrong = differences(branches, jobs, {file.path: file.text for file in files})
    if wrong:
        raise ArithmeticError(f"{wrong} does not read back as what was planned: report this as a defect of Easterly")
    return tuple(sorted(files, key=lambda file: file.path))


def _pins(site: Site, jobs: Mapping[str, tuple[str, ...]]) -> Artifact:
    """What to write into the site file, so that it is planned with these hosts."""
    rows = ["# What to add to each work of the site file, in place of first_host."]
    for kind, group in (("jobs", site.jobs), ("services", site.services), ("traffic", site.traffic)):
        named = [name for name in sorted(jobs) if name in group and jobs[name]]
        rows += [f"{kind}:"] * bool(named)
        rows += [f"  {name}: {{on_hosts: [{', '.join(runs(jobs[name]))}]}}" for name in named]
    return Artifact("placement.yaml", "\n".join(rows) + "\n", "", "site", "placement")


def shares(site: Site) -> dict[str, float]:
    """Share of each tenant: what is promised; those without a promise divide the rest evenly.

    Returns
    -------
    dict of str to float [1]
        None where there are no tenants.
    """
    given = {name: tenant.share for name, tenant in site.tenants.items() if tenant.share is not None}
    others = [name for name in site.tenants if name not in given]
    rest = max(0.0, 1 - sum(given.values()))
    return {**given, **{name: rest / len(others) for name in others}}


def differences(branches: tuple[Branch, ...], jobs: Mapping[str, tuple[str, ...]], files: Mapping[str, str]) -> str:
    """Path of the first file that says something else than what was planned; empty if all agree.

    Parameters
    ----------
    branches : tuple of Branch
    jobs : mapping of str to tuple of str
        Hosts in rank order, by job.
    files : mapping of str to str
        Text by path.
    """
    tree = {
        b.name: ("nodes", b.hosts) if b.hosts else ("switches", tuple(c.name for c in branches if c.parent == b.name))
        for b in branches
    }
    if slurm.tree(files["slurm/topology.conf"]) != tree:
        return "slurm/topology.conf"
    parts = slurm.blocks(files["slurm/topology.yaml"])
    if slurm.tree_of_yaml(files["slurm/topology.yaml"]) != tree or parts not in (
        {}, {b.name: b.hosts for b in branches if b.hosts}
    ):  # fmt: skip
        return "slurm/topology.yaml"
    if slurm.jobs(files["slurm/nodelists.txt"]) != dict(jobs):
        return "slurm/nodelists.txt"
    found = kueue.parse(files["kueue/topology.yaml"], files["kueue/nodes.yaml"])
    for branch in branches:
        for host in branch.hosts:
            domain = found.domain(host, branch.fabric)
            if (domain[0], domain[-1], found.labels[host].get(f"{kueue.LABEL}/{branch.level}")) != (
                branch.fabric, host, branch.name
            ):  # fmt: skip
                return "kueue/nodes.yaml"
    return ""
