"""What is rendered of fences is what was planned: route targets of routers, policies of Kubernetes, accounts."""

from __future__ import annotations

import shutil
import subprocess
from copy import deepcopy
from ipaddress import ip_interface, ip_network

import pytest
from tests.config.access.worlds import world

from easterly import address, verify
from easterly.config import access, kubernetes
from easterly.config.frr.parse import parse
from easterly.model.access import REST
from easterly.model.accounts import KEYS, Account
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns

SITE = {
    "version": 1, "site": {"name": "s"},
    "hardware": {"switches": {"sw": {"ports": 32, "rate": "400Gb/s"}},
                 "hosts": {"g": {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s", "scaleup": "3.6Tb/s"}}},
    "fabrics": {"t": {"blueprint": "leaf-spine", "hosts": {"type": "g", "count": 8},
                      "leaf": {"type": "sw", "down": 8, "up": 4}, "spine": {"type": "sw"}}},
    "addressing": {"pools": {"fabric": "10.64.0.0/16", "loopback": "10.65.0.0/24", "lab": "10.66.0.0/16",
                             "disks": "10.67.0.0/16"}},
    "tenants": {"acme": {"vrf": True, "pool": "lab"}, "beta": {"vrf": True}, "store": {"vrf": True, "pool": "disks"}},
    "isolation": {"acme": {"reaches": ["store"]}, "store": {"vlan": 310}},
    "classes": {"bulk": {"dscp": 0, "share": "100%"}},
    "jobs": {name: {"fabric": "t", "tenant": name, "class": "bulk", "model": "llama3-8b",
                    "parallel": {"tp": 2, "dp": 2}, "batch": 64, "mfu": "40%"} for name in ("acme", "store")},
}  # fmt: skip


@pytest.fixture(scope="module")
def nouns() -> Nouns:
    return Nouns(Site.model_validate(SITE))


def test_routers_import_what_is_reached_and_nothing_else(nouns) -> None:
    plan = nouns.address.value
    target = dict(zip(plan.vrfs.name.tolist(), plan.vrfs.rd.tolist(), strict=True))
    met = set()
    for file in nouns.configs.value.artifacts:
        if file.path.startswith("frr/"):
            for vrf, targets in parse(file.text).route_targets.items():
                met.add((vrf, frozenset(t.split()[1] for t in targets if t.startswith("import"))))
    assert met == {("acme", frozenset({target["acme"], target["store"]})),
                   ("store", frozenset({target["acme"], target["store"]}))}  # fmt: skip


def test_policies_read_back_allow_what_is_stated(nouns) -> None:
    made = address.isolation(nouns.site, nouns.address.value)
    (file,) = kubernetes.render(made)
    assert kubernetes.allowed(file.text) == (("acme", "store"),)
    closed = file.text.replace('    - namespaceSelector: {matchLabels: {tenant: "store"}}\n', "", 1)
    assert kubernetes.allowed(closed) == ()


def test_policies_name_zones_by_address_and_deny_by_default() -> None:
    made = world().isolation
    (file,) = kubernetes.render(made)
    found = kubernetes.policies(file.text)
    held = dict(zip(made.holdings.party.tolist(), made.holdings.prefix.tolist(), strict=True))
    assert set(found["crew"].blocks_by) == {held["guarded"]}
    assert set(found["acme"].to or ()) == {"acme", "store"}
    assert file.text.count("name: default-deny") == len(found) == 4
    _, _, kept = file.text.partition("name: isolation")
    shut = "".join(part for part in file.text.split("---\n") if "name: isolation" not in part)
    assert kept and kubernetes.allowed(shut) == ()


@pytest.mark.parametrize(("old", "new"), [
    ("podSelector: {}", "podSelector: {matchLabels: {app: x}}"), ("namespaceSelector", "podSelector"),
    ("spec:", "spec"),
])  # fmt: skip
def test_policies_that_are_not_understood_are_refused(old: str, new: str) -> None:
    (file,) = kubernetes.render(world().isolation)
    with pytest.raises(ValueError, match="network polic"):
        kubernetes.policies(file.text.replace(old, new))


def test_kubectl_takes_the_policies_and_refuses_a_bad_one(tmp_path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl")
    (file,) = kubernetes.render(world().isolation)
    for text, taken in ((file.text, True), (file.text.replace("policyTypes: [", "policyTypes: {", 1), False),
                        (file.text.replace("kind: N", "kindly: N", 1), False)):  # fmt: skip
        path = tmp_path / "isolation.yaml"
        path.write_text(text)
        words = ["kubectl", "label", "--local", "-f", str(path), "seen=yes", "-o", "name"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
        assert (done.returncode == 0) is taken, done.stderr
        assert not taken or done.stdout.count("\n") == text.count("---\n")


def test_the_plan_leaks_nothing_and_lacks_nothing(nouns) -> None:
    made = address.isolation(nouns.site, nouns.address.value)
    reach = verify.leaks(made)
    assert list(zip(reach.src.tolist(), reach.dst.tolist(), strict=True)) == [("acme", "store")]
    assert verify.missing(made, reach) == ()
    assert dict(zip(made.parties.name.tolist(), made.parties.vlan.tolist(), strict=True))["store"] == 310


def test_tenants_of_the_same_addresses_cannot_reach_each_other_and_it_is_said() -> None:
    same = Nouns(Site.model_validate({**SITE, "tenants": {name: {"vrf": True} for name in SITE["tenants"]}}))
    made = address.isolation(same.site, same.address.value)
    assert [fault[:2] for fault in verify.missing(made, verify.leaks(made))] == [("acme", "store")]


@pytest.mark.parametrize("os", access.DIALECTS)
def test_hosts_of_nobody_beside_those_of_a_table_reach_their_own(os) -> None:
    """Both have one prefix, as the tenant has no pool: the fence of its table is not theirs."""
    words = deepcopy({**SITE, "tenants": {"acme": {"vrf": True}}, "isolation": {"acme": {}}})
    words["hardware"]["switches"]["sw"]["os"] = os
    words["jobs"] = {"acme": words["jobs"]["acme"]}
    nouns = Nouns(Site.model_validate(words))
    rows = nouns.address.value.interfaces
    held = [ip_interface(a) for a in rows.address[(rows.vrf == "default") & (rows.role == "host")].tolist()]
    taken = ip_interface(rows.address[rows.vrf == "acme"].tolist()[0]).network
    beside, away = next(a for a in held if a.network == taken), next(a for a in held if a.network != taken)
    dialect = access.DIALECTS[os]
    text = {file.path: file.text for file in nouns.configs.value.artifacts}[dialect.path.format("t-leaf-0")]
    lists = {each.name: each for each in dialect.parse(text).lists if each.ports}
    name = next(name for name in lists if name != "t-acme" and REST not in lists[name].ports)

    def passes(name: str) -> bool:
        fits = (rule for rule in lists[name].rules if beside in ip_network(rule.src) and away in ip_network(rule.dst))
        return next(fits).permit

    assert passes(name)
    assert not passes("t-acme"), "from the same address, in the table of acme"


def test_an_account_is_read_back_and_refuses_what_cannot_be() -> None:
    one = Account("acme", "acme", "bulk", 0, 60, in_B=1500, gpu_s=480.0)
    assert Account.read(one.record()) == one
    assert set(KEYS) == set(Account.__dataclass_fields__)
    for wrong in ({"flowEndSeconds": 0}, {"octetDeltaCount": -1}, {"bytes": 3}):
        with pytest.raises(ValueError, match="account"):
            Account.read({**one.record(), **wrong})
