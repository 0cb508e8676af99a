"""Everything that was computed for a site, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from easterly.base.findings import Finding
from easterly.base.schema import Doc
from easterly.model.address import AddressPlan
from easterly.model.demand import DemandSet, Figures
from easterly.model.engineering import Engineering
from easterly.model.network import Network
from easterly.model.outcome import Bill, DeviceConfigs, Prediction, Verdict
from easterly.model.packet_prediction import PacketWitness
from easterly.model.qos import QosPlan
from easterly.model.routing import LinkLoads, Routing
from easterly.model.serving import Services
from easterly.model.spec.site import Site
from easterly.model.standing import DamageWitness, PlacementWitness
from easterly.model.waiting import WaitWitness


@dataclass(frozen=True)
class Plan:
    """Everything that was computed for a site."""

    site: Annotated[Site, Doc("The site as the user wrote it.")]
    network: Annotated[Network, Doc("Nodes, links and hosts.")]
    bill: Annotated[Bill, Doc("What has to be bought.")]
    address: Annotated[AddressPlan, Doc("Numbers handed out.")]
    demands: Annotated[DemandSet, Doc("What the network carries.")]
    routing: Annotated[Routing, Doc("Paths.")]
    loads: Annotated[LinkLoads, Doc("Load of each link.")]
    qos: Annotated[QosPlan, Doc("Queues and shares.")]
    services: Annotated[Services, Doc("Inference services as they run.")]
    figures: Annotated[Figures, Doc("Numbers of other traffic.")]
    prediction: Annotated[Prediction, Doc("Step times.")]
    configs: Annotated[DeviceConfigs, Doc("Rendered files.")]
    verdicts: Annotated[tuple[Verdict, ...], Doc("One per intent.")]
    findings: Annotated[tuple[Finding, ...], Doc("Warnings and notes.")]
    provenance: Annotated[dict[str, Any], Doc("Hash of the site, seed, version.")] = field(default_factory=dict)
    engineering: Annotated[tuple[Engineering, ...], Doc("Traffic engineering, one per intent that asks for it.")] = ()
    packets: Annotated[PacketWitness | None, Doc("What a simulation of packets says; none where nobody asked.")] = None
    waiting: Annotated[WaitWitness | None, Doc("What formulae and bounds say; none where nobody asked.")] = None
    damage: Annotated[DamageWitness | None, Doc("What the worst failures cost; none where nobody asked.")] = None
    placement: Annotated[PlacementWitness | None, Doc("Other placements; none where nobody asked.")] = None
