"""Tables of routes as SONiC's own models and its manager of FRR want them."""

from __future__ import annotations

import copy
import json

import pytest
from tests.config.sonic.routing_facts import complaints
from tests.config.vendors.machines import of_everything

from easterly.config.sonic import routes, routing


def tables_of(fenced: bool = False):
    """Of a leaf; with tenants' tables, or without."""
    leaves = [machine for machine in of_everything(routing.NAMING, "sonic") if machine.router.edge]
    return json.loads(routing.render(next(leaf for leaf in leaves if bool(leaf.router.tables) == fenced)))


def test_a_leaf_and_a_spine_are_as_the_models_want_them():
    found = [json.loads(routing.render(machine)) for machine in of_everything(routing.NAMING, "sonic")]
    assert {tables["DEVICE_METADATA"]["localhost"]["type"] for tables in found} == {"LeafRouter", "SpineRouter"}
    for tables in found:
        assert list(complaints(tables)) == []


@pytest.mark.parametrize(("table", "key", "field", "value"), [
    ("VLAN_MEMBER", "Vlan126|Ethernet999", "tagging_mode", "untagged"),
    ("BGP_NEIGHBOR", "default|10.64.128.1", "peer_group_name", "NOBODY"),
    ("BGP_GLOBALS_AF", "default|ipv4_unicast", "max_ebgp_paths", "512"),
    ("VRF", "acme", "vni", "5"),
    ("PORT", "Ethernet0", "mtu", "10000"),
    ("INTERFACE", "Ethernet0", "vrf_name", "Vrfnone"),
])  # fmt: skip
def test_what_the_models_refuse_is_found(table, key, field, value):
    tables = copy.deepcopy(tables_of(fenced=table == "VRF"))
    tables[table].setdefault(key, {})[field] = value
    assert list(complaints(tables)) != []


@pytest.mark.parametrize(("change", "said"), [
    (lambda t: t["BGP_PEER_GROUP"].clear(), "'default|FABRIC4'"),
    (lambda t: t["PREFIX_SET"].clear(), "'OWN4'"),
    (lambda t: t["DEVICE_METADATA"].clear(), "'localhost'"),
    (lambda t: t.update(PORT=3, INTERFACE=3), "tables of rows"),
])  # fmt: skip
def test_a_reference_that_leads_nowhere_is_an_error(change, said):
    tables = tables_of()
    change(tables)
    with pytest.raises(ValueError, match=said.replace("|", r"\|")):
        routes.parse(json.dumps(tables))


def test_what_stands_for_a_vni_has_to_be_there():
    tables = tables_of(fenced=True)
    del tables["VLAN_INTERFACE"]["Vlan3898"]
    with pytest.raises(ValueError, match="'Vlan3898'"):
        routes.parse(json.dumps(tables))


def test_tables_of_tenants_leave_bgp_to_a_file_of_frr():
    """The models have no fields for their route targets: yanglint refuses what the manager of FRR would read."""
    tables = tables_of(fenced=True)
    assert tables["DEVICE_METADATA"]["localhost"]["docker_routing_config_mode"] == "split-unified"
    assert tables["VRF"] and not any(name.startswith(("BGP_", "PREFIX")) for name in tables)


def test_a_vni_whose_vlan_is_in_another_table_does_not_count():
    tables = tables_of(fenced=True)
    tables["VLAN_INTERFACE"]["Vlan3898"]["vrf_name"] = "Vrfbeta"
    assert routes.parse(json.dumps(tables)).vnis.keys() == {"Vrfbeta"}
