"""Cost of a bill, multiplied by hand."""

from __future__ import annotations

from easterly.site import load_text
from easterly.site.blueprints import build
from easterly.study.bill import tally
from easterly.study.cost import Cost, cost

PRICED = """\
version: 1
site: {name: two}
hardware:
  switches: {sw: {ports: 8, rate: 400Gb/s}}
  hosts: {box: {gpus: 2, nics: 2, nic_rate: 400Gb/s, gpu: h100-sxm}}
fabrics:
  a: {blueprint: leaf-spine, hosts: {type: box, count: 2}, leaf: {type: sw, down: 4, up: 2}, spine: {type: sw},
      cables: {host: 2m, leaf: 100m}}
  b: {blueprint: leaf-spine, hosts: {type: box, count: 2}, leaf: {type: sw, down: 4, up: 2}, spine: {type: sw},
      cables: {host: 2m, leaf: 100m}}
wan: {links: {ab: {a: a, b: b, rate: 100Gb/s, delay: 1ms}}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/24}}
classes: {default: {dscp: 0, share: rest}}
"""


def priced(prices: str) -> Cost:
    made = load_text(PRICED + prices).site
    return cost(made, tally(made, build(made)))


def test_prices_of_the_site_are_multiplied_by_hand() -> None:
    """A spine has as many ports as a leaf has uplinks; borders are switches too."""
    made = load_text(PRICED).site
    bill = tally(made, build(made))
    switches = sum(bill.switches_by_role.values())
    found = priced("prices: {currency: EUR, switches: {sw: 1000}, hosts: {box: 5}, cables: {400GBASE-CR4: 0.5},"
                   " optics: {400GBASE-SR4: 0.25}, wan: 0.01}")  # fmt: skip
    copper = sum(line.count for line in bill.lines if line.what == "400GBASE-CR4" and line.item == "cable")
    assert found.by_item["switch"] == 1000 * switches
    assert found.by_item["host"] == 4 * 5
    assert found.by_item["cable"] == copper * 0.5 == 8 * 0.5
    assert found.by_item["WAN link"] == 100 * 0.01
    assert found.total == sum(found.by_item.values())
    assert found.unit == "EUR"


def test_what_has_no_price_is_said_and_nothing_is_mixed() -> None:
    found = priced("prices: {switches: {sw: 1}}")
    assert set(found.by_item) == {"switch"}
    assert {"host box", "WAN link WAN"} <= set(found.unpriced)
    assert any(name.startswith("optic ") for name in found.unpriced)
    assert priced("").unpriced == ("host box", "WAN link WAN")
