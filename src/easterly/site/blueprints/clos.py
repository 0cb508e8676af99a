"""clos: two to four tiers of switches, pods, and a taper between them."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from easterly.base.findings import Finding
from easterly.model.spec.fabric import Clos, MiddleTier
from easterly.model.spec.hardware import SwitchType
from easterly.site.blueprints.faults import full, refuse, refuse_any, too_many_ports
from easterly.site.blueprints.parts import Parts
from easterly.site.blueprints.stack import Floor, Stack, build
from easterly.site.blueprints.stock import Stock
from easterly.site.blueprints.two_tier import Room, check_leaf, hosts_per_leaf, leaves_for, spread, uplink_rate
from easterly.site.blueprints.wiring import ceil_div, fewest_uppers

ROLES = (("spine", "spine"), ("super-spine", "super"), ("core", "core"))
KEYS = ("spine", "super_spine", "core")


def fabric(spec: Clos, stock: Stock) -> Parts:
    """Parts of a folded Clos.

    Leaves fill pods; each leaf of a pod reaches each of its spines, spine j of every pod the switches of
    group j above. Groups are as small as their ports allow. With four tiers, ``super_spine.down`` pods
    share one zone of super-spines, and cores join the zones.

    Raises
    ------
    FindingsError
        E211, E401 to E404, E408 a taper that no whole number of ports gives, E409 tiers that are missing or
        too many, E410 no port for the border, E416.
    """
    at, host, low = (
        spec.origin,
        stock.host(spec.hosts, spec.origin),
        stock.switch(spec.leaf.type, f"{spec.origin}/leaf/type"),
    )
    refuse_any(_wrong_tiers(spec))
    models = [stock.switch(tier.type, f"{at}/{key}/type") for key, tier in _tiers(spec)]
    check_leaf(at, spec.leaf, low)
    per_leaf = hosts_per_leaf(f"{at}/leaf/down", spec.leaf.down, host.nics, host)
    leaves = leaves_for(spec.hosts.count, per_leaf)
    rate_bps = uplink_rate(at, spec.leaf, low, models[0])
    plan = _Planner(spec, stock, models, per_leaf, leaves, rate_bps)
    pod_leaves, zone_pods, floors = plan.two() if spec.tiers == 2 else plan.more()
    lengths = (spec.cables.host, spec.cables.leaf, spec.cables.spine)
    scaleup_bps = stock.scaleup_bps(host)
    return build(Stack(
        spec.name, host, spec.hosts.count, scaleup_bps, low, spec.leaf.down, per_leaf, leaves, pod_leaves, zone_pods,
        floors, lengths,
    ))  # fmt: skip


MOST_PORTS = 4096
"""Ports up to which a realisable taper is looked for; no switch has more."""

Answer = tuple[int, int, tuple[Floor, ...]]


class _Planner:
    """Counts the switches of each tier."""

    def __init__(
        self, spec: Clos, stock: Stock, models: list[SwitchType], per_leaf: int, leaves: int, rate_bps: float
    ) -> None:
        self.spec, self.stock, self.models, self.at = spec, stock, models, spec.origin
        self.per_leaf, self.leaves, self.rate_bps = per_leaf, leaves, rate_bps

    def two(self) -> Answer:
        """Spines above all leaves; no pods."""
        free = self._free(0, self.spec.spine)
        room = Room(free, 0) if self.spec.spine.down is not None else Room(self.models[0].ports, self.stock.borders)
        fan = spread(self.at, self.leaves, self.spec.leaf.up, room, None, self.per_leaf)
        return self.leaves, 1, (self._floor(0, fan.spines, fan.links, self.rate_bps, free),)

    def more(self) -> Answer:
        """Pods, and one or two tiers above them."""
        spec, spine = self.spec, self.models[0]
        above_bps = min(spine.rate, self.models[1].rate)
        down, up = split(
            f"{self.at}/spine", "spine", spec.spine, spine, self.rate_bps / above_bps, spec.taper, _tapered(spec)
        )
        pod_leaves = spec.pod_leaves or down
        width = _pod_spines(self.at, pod_leaves, spec.leaf.up, down)
        floors = [self._floor(0, width, spec.leaf.up // width, self.rate_bps, down, up)]
        pods = ceil_div(self.leaves, pod_leaves)
        zone_pods = pods
        if spec.tiers == 4:
            zone_pods = self._supers(floors, up, above_bps)
        self._top(floors, pods, zone_pods, pod_leaves)
        return pod_leaves, zone_pods, tuple(floors)

    def _supers(self, floors: list[Floor], up: int, rate_bps: float) -> int:
        """Super-spines of four tiers, one port per pod; the pods of a zone."""
        assert self.spec.super_spine is not None
        model = self.models[1]
        ratio = rate_bps / min(model.rate, self.models[2].rate)
        down, higher = split(f"{self.at}/super_spine", "super-spine", self.spec.super_spine, model, ratio, 1.0, False)
        floors.append(self._floor(1, up, 1, rate_bps, down, higher))
        return down

    def _top(self, floors: list[Floor], pods: int, zone_pods: int, pod_leaves: int) -> None:
        """The top tier: the smallest groups whose ports hold every pod, or every zone."""
        row = self.spec.tiers - 2
        tier = _tiers(self.spec)[row][1]
        lowers, word = (pods, "pods") if row == 1 else (ceil_div(pods, zone_pods), "zones")
        free = self._free(row, tier)
        width = fewest_uppers(lowers, floors[-1].up, free)
        if width is None:
            most = max(free, 0) * (zone_pods if row == 2 else 1) * pod_leaves * self.per_leaf
            text = f"{lowers} {word} need as many ports on every {ROLES[row][0]}; {free} are free"
            more = "use tiers: 4, or " if row == 1 else "use "
            refuse(full(f"{self.at}/hosts/count", text, f"keep to {most} hosts, {more}switches with more ports"))
        rate_bps = min(self.models[row - 1].rate, self.models[row].rate)
        floors.append(self._floor(row, width, floors[-1].up // width, rate_bps, free))

    def _free(self, row: int, tier: MiddleTier) -> int:
        """Ports of a top switch for the tier below: as written, else all but those of the border."""
        ports, borders = self.models[row].ports, self.stock.borders
        role, at = ROLES[row][0], f"{self.at}/{KEYS[row]}/down"
        if tier.down is not None and tier.down > ports:
            refuse(too_many_ports(at, role, f"{tier.down} down", tier.down, ports, f"lower down to {ports - borders}"))
        if tier.down is not None and tier.down + borders > ports:
            text = f"a {role} uses {tier.down} ports down and {borders} for border routers, and has {ports}"
            refuse(Finding("E410", at, text, f"lower down to {ports - borders}, or use a switch with more ports"))
        return tier.down if tier.down is not None else ports - borders

    def _floor(self, row: int, width: int, links: int, rate_bps: float, down: int, up: int = 0) -> Floor:
        role, word = ROLES[row]
        return Floor(role, word, self.models[row], width, links, rate_bps, down, up)


def _tiers(spec: Clos) -> list[tuple[str, MiddleTier]]:
    """Tiers above the leaves that the file describes, with their keys."""
    tiers = zip(KEYS, (spec.spine, spec.super_spine, spec.core), strict=True)
    return [(key, tier) for key, tier in tiers if tier is not None]


def _wrong_tiers(spec: Clos) -> Iterator[Finding]:
    """Tiers must be those that `tiers` counts, and only what has a tier above has ports up."""
    given = (spec.spine, spec.super_spine, spec.core)
    for number, (key, tier) in enumerate(zip(KEYS, given, strict=True), 2):
        if tier is None and number <= spec.tiers:
            yield Finding(
                "E409", f"{spec.origin}/tiers", f"a clos of {spec.tiers} tiers lacks {key}", f"add {key}: {{type: ...}}"
            )
        if tier is not None and number > spec.tiers:
            text = f"{key} is tier {number}, and the clos has {spec.tiers} tiers"
            yield Finding("E409", f"{spec.origin}/{key}", text, f"set tiers to {number}, or remove {key}", on_key=True)
    top = given[spec.tiers - 2]
    if top is not None and top.up is not None:
        key = KEYS[spec.tiers - 2]
        text = f"{key} is the top tier and has nothing above its {top.up} ports up"
        yield Finding("E409", f"{spec.origin}/{key}/up", text, "remove up, or add a tier")
    if spec.tiers == 2 and (spec.taper != 1 or spec.pod_leaves is not None):
        key = "taper" if spec.taper != 1 else "pod_leaves"
        text = f"{key} is about pods, and a clos of two tiers has none"
        yield Finding(
            "E409",
            f"{spec.origin}/{key}",
            text,
            "remove it, or set tiers to 3; leaf.down and leaf.up set the ratio of a leaf",
        )


def _tapered(spec: Clos) -> bool:
    return "taper" in spec.model_fields_set


def split(
    at: str, role: str, tier: MiddleTier, model: SwitchType, ratio: float, taper: float, stated: bool
) -> tuple[int, int]:
    """Ports down and up of a middle tier.

    Parameters
    ----------
    at, role : str
        Path and name of the tier.
    tier : MiddleTier
    model : SwitchType
    ratio : float
        Rate of a port down over that of a port up.
    taper : float
        Down over up capacity.
    stated : bool
        The file says the taper, so that ports that contradict it are wrong.

    Raises
    ------
    FindingsError
        E401 more ports than the switch has, E408 the taper is not met by whole ports.
    """
    down = tier.down if tier.down is not None else model.ports // 2
    exact = down * ratio / taper
    up = tier.up if tier.up is not None else round(exact)
    wrong = abs(up - exact) > 1e-9 * max(exact, 1.0) or up < 1
    if wrong and (tier.up is None or stated):
        refuse(_no_taper(at, role, model, down, ratio, taper, tier.up))
    if down + up > model.ports:
        hint = f"lower down to {max(model.ports - up, 1)}, or use a switch with {down + up} ports"
        refuse(too_many_ports(at, role, f"{down} down + {up} up", down + up, model.ports, hint))
    return down, up


def _no_taper(at: str, role: str, model: SwitchType, down: int, ratio: float, taper: float, up: int | None) -> Finding:
    exact = down * ratio / taper
    best = next(
        (
            u
            for u in range(min(model.ports, MOST_PORTS), 0, -1)
            if _whole(u * taper / ratio) and u + u * taper / ratio <= model.ports
        ),
        None,
    )
    if up is not None:
        text = f"{down} ports down and {up} up of a {role} are {down * ratio / up:.4g}:1, not {taper:g}:1"
    else:
        text = f"{taper:g}:1 below a {role} with {down} ports down asks for {exact:.4g} ports up"
    hint = f"set down to {max(floor(exact), 1) * taper / ratio:g} and up to {max(floor(exact), 1)}"
    if best is not None:
        hint = f"set down to {round(best * taper / ratio)} and up to {best}"
    return Finding("E408", at, text, hint)


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-9


def _pod_spines(at: str, pod_leaves: int, up: int, down: int) -> int:
    """Spines of a pod: the smallest number that divides the uplinks and has ports for all leaves."""
    if up == 0:
        refuse(Finding("E402", f"{at}/leaf/up", "a leaf without uplinks reaches no spine", "set up"))
    width = fewest_uppers(pod_leaves, up, down)
    if width is None:
        text = f"{pod_leaves} leaves of a pod need as many ports down on every spine; it has {down}"
        refuse(full(f"{at}/pod_leaves", text, f"lower pod_leaves to {down}, or raise spine.down to {pod_leaves}"))
    return width
