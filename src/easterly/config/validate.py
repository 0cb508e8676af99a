"""What outside checkers say of the rendered files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from easterly.config.bird import check as bird_check
from easterly.config.eos.avd import check as eos_check
from easterly.config.frr import check as frr_check
from easterly.config.haproxy import check as haproxy_check
from easterly.config.kubernetes import check as kubectl_check
from easterly.config.linux import check as netplan_check
from easterly.config.linux.qos import check as qos_check
from easterly.config.networkd import check as networkd_check
from easterly.config.nftables import check as nft_check
from easterly.config.nginx import check as nginx_check
from easterly.config.ovs import check as ovs_check
from easterly.config.sonic import check as sonic_check
from easterly.model.outcome import Artifact, DeviceConfigs, Validation

NONE = "not validated"
CHECKERS = (
    frr_check,
    netplan_check,
    qos_check,
    haproxy_check,
    nginx_check,
    nft_check,
    ovs_check,
    networkd_check,
    bird_check,
    kubectl_check,
)
"""Modules whose `checker` is the one of this machine, if there is one."""


def validate(
    configs: DeviceConfigs, everything: bool = False, progress: Callable[[int, int], None] | None = None,
    models: str = "", structures: Mapping[str, Callable[[], Mapping[str, Any]]] | None = None,
) -> tuple[Validation, ...]:  # fmt: skip
    """Have every dialect checked by its own tools, where they are installed.

    FRR files go through ``vtysh -C`` (syntax of all daemons) and ``bgpd -C`` (whether BGP takes each line), those
    of hosts and switches through netplan's generator. Classes, policers and access lists are loaded by the real ``tc``
    and ``nft`` in a network namespace of their own, and what the kernel made of them is compared with what they say.
    Tables of SONiC are held against its YANG models by ``yanglint``, where those are; lines of EOS against what
    Arista's own renderer makes of the same facts, where those are given.
    There is no offline checker for the rest, and where a program is missing there is none for its files either: they
    are marked ``not validated``, never as good.

    Parameters
    ----------
    configs : DeviceConfigs
    everything : bool
        All files; otherwise the first of each template, since the others differ from it in numbers only.
    progress : callable, optional
        Told how many files are done, and of how many.
    models : str
        Folder of SONiC's YANG models; if empty, the one that ``EASTERLY_YANG_MODELS`` names, or that of a switch.
    structures : mapping of str to callable, optional
        Facts of EOS by path (`easterly.config.complete.structures`).

    Returns
    -------
    tuple of Validation
        One per file looked at, sorted by path.
    """
    files = list(configs.artifacts if everything else _one_per_template(configs.artifacts))
    found = (*(known.checker() for known in CHECKERS), sonic_check.checker(models), eos_check.checker(structures or {}))
    checkers = [checker for checker in found if checker is not None]
    done = []
    for count, file in enumerate(files, 1):
        check = next((checker for checker in checkers if checker.takes(file)), None)
        done.append(Validation(file.path, NONE, None, "") if check is None else check.check(file))
        if progress is not None:
            progress(count, len(files))
    return tuple(done)


def _one_per_template(files: Iterable[Artifact]) -> Iterable[Artifact]:
    first: dict[str, Artifact] = {}
    for file in files:
        first.setdefault(file.template, file)
    return first.values()
