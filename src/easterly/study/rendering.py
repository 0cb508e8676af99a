"""A site rendered for some targets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib.util import find_spec
from typing import Any

from easterly import address, config, route
from easterly.base.columns import ints
from easterly.base.findings import Finding, FindingsError
from easterly.config.switches import health
from easterly.config.targets import Sources
from easterly.demand.serving.backends import backends
from easterly.demand.serving.pods import pods
from easterly.model.forwarding import Forwarding
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.spec.site import Site
from easterly.study import traffic
from easterly.study.check import check, errors
from easterly.study.nouns import Nouns


def render(site: Site, targets: Collection[str] = (config.ALL,)) -> DeviceConfigs:
    """Files of a site for devices, hosts and programs, as ``easterly render`` writes them.

    What programs of this machine say of them tells `easterly.config.validate`.

    Parameters
    ----------
    site : Site
    targets : collection of str, optional
        Names of `easterly.config.targets.TARGETS`; all of them if absent.

    Returns
    -------
    DeviceConfigs
        Each file once, sorted by path; equal sites give equal bytes.

    Raises
    ------
    FindingsError
        The site has errors, or a file would say what cannot be meant.
    ValueError
        A name that is no target.
    TypeError
        What is given as site is none.

    Examples
    --------
    >>> import easterly
    >>> from importlib.resources import files
    >>> made = easterly.render(easterly.load(files("easterly.app") / "demo.yaml").site, ["labels"])
    >>> [file.path for file in made.artifacts][:2]
    ['addresses.csv', 'cables.csv']
    """
    nouns = Nouns(site)
    config.chosen(targets)
    if wrong := errors(check(site, nouns)):
        raise FindingsError(wrong)
    files = rendered(nouns, targets)
    if wrong := errors(doubts(nouns, files)):
        raise FindingsError(wrong)
    return DeviceConfigs(each_once(files))


def each_once(files: Mapping[str, Collection[Artifact]]) -> tuple[Artifact, ...]:
    """Files of some targets, which may share some, sorted by path."""
    found = {file.path: file for own in files.values() for file in own}
    return tuple(found[path] for path in sorted(found))


def sources(nouns: Nouns, targets: Collection[str] = (config.ALL,)) -> Sources:
    """Everything that files of a site are made from.

    Parameters
    ----------
    nouns : Nouns
        Of a site without errors.
    targets : collection of str
        What only others need is not made.
    """
    wanted = config.chosen(targets)
    site, numbers = nouns.site, nouns.address.value
    hosts = nouns.placement.value.hosts
    return Sources(
        site=site,
        network=nouns.network.value,
        address=numbers,
        qos=nouns.qos.value,
        work=traffic.placement_only(nouns.demands.value.work),
        bill=nouns.bill.value,
        isolation=address.isolation(site, numbers) if site.isolation else None,
        replicas=backends(site, nouns.network.value, hosts, nouns.services.value) if site.services else None,
        forwarding=_forwarding(nouns) if "ovs" in wanted else None,
        hops=nouns.hops.value,
        pods=pods(site, nouns.network.value, hosts) if site.services else None,
    )


def structures(nouns: Nouns, targets: Collection[str]) -> dict[str, Callable[[], dict[str, Any]]]:
    """Facts of switches of EOS, which Arista's own renderer is given; none if EOS is no target, or there is no pyavd.

    Parameters
    ----------
    nouns : Nouns
    targets : collection of str
    """
    if "eos" not in config.chosen(targets) or find_spec("pyavd") is None:
        return {}
    given = sources(nouns, ["eos"])
    return config.complete.structures(
        given.site, given.network, given.sheet, given.routers, given.qos, given.isolation
    )  # fmt: skip


def doubts(nouns: Nouns, files: Mapping[str, Collection[Artifact]]) -> tuple[Finding, ...]:
    """Mistakes that Easterly finds in rendered files itself, before any outside program sees them.

    Parameters
    ----------
    nouns : Nouns
    files : mapping of str to collection of Artifact
        By target.

    Returns
    -------
    tuple of Finding
        Secrets (E923), what cannot be meant (`easterly.config.implausible`), health checks that no text heeds (E934).
    """
    whole = [file for made in files.values() for file in made]
    alone = [file for file in whole if file.dialect not in config.switches.DIALECTS]
    for name in config.switches.DIALECTS:
        if files.get(name):  # classes are read apart from routes: their dialects know no other line
            spec = config.complete.running(nouns.site, name)
            alone += config.switches.render(spec, nouns.network.value, nouns.qos.value)
    unheeded: list[Finding] = []
    for name in health.SYSTEMS if nouns.site.anycast else ():
        here = {file.device for file in files.get(name, ())}
        routers = sources(nouns, [name]).routers if here else []
        unheeded += health.unwatched(name, [router for router in routers if router.name in here])
    return (*config.exposed(whole), *config.implausible(alone), *unheeded)


def _forwarding(nouns: Nouns) -> Forwarding:
    """Next hops towards every switch that announces something."""
    network = nouns.network.value
    announcing = {device for device in nouns.address.value.prefixes.device.tolist() if device}
    targets = ints(sorted(network.index[device] for device in announcing))
    return route.forwarding(network, nouns.policy.value, targets)


def rendered(nouns: Nouns, targets: Collection[str]) -> dict[str, tuple[Artifact, ...]]:
    """Files by target.

    Parameters
    ----------
    nouns : Nouns
    targets : collection of str
        Names of `easterly.config.targets.TARGETS`, or ``all``.

    Raises
    ------
    ValueError
        A name that is no target.
    """
    return config.files_of(sources(nouns, targets), targets)
