"""The whole site file as one immutable noun."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from easterly.base.schema import Doc
from easterly.model.catalog import presets
from easterly.model.spec.addressing import Addressing
from easterly.model.spec.anycast import Anycast
from easterly.model.spec.capacity import Expansion
from easterly.model.spec.fabric import Fabric, Wan
from easterly.model.spec.fields import Frozen, Name, Named
from easterly.model.spec.hardware import Hardware
from easterly.model.spec.intent import Intent
from easterly.model.spec.job import Job
from easterly.model.spec.policy import Fence, Qos, Tenant, TrafficClass
from easterly.model.spec.prices import Prices
from easterly.model.spec.reliability import Reliability
from easterly.model.spec.service import Service
from easterly.model.spec.time import Profile
from easterly.model.spec.traffic import Work

NAMED_MAPS = (
    "fabrics", "tenants", "isolation", "anycast", "classes", "jobs", "services", "traffic", "profiles", "intents",
)  # fmt: skip


class SiteName(Frozen):
    """Identity of the site."""

    name: Annotated[Name, Doc("Name of the site.")]


class Site(Frozen):
    """What exists and what is wanted, as the user wrote it.

    Every map is keyed by name; every object in one knows its ``name`` and ``origin``.
    """

    version: Annotated[Literal[1], Doc("Version of the grammar; 1.")]
    site: Annotated[SiteName, Doc("Identity.")]
    hardware: Annotated[Hardware, Doc("Models of switches and hosts.")] = Hardware()
    fabrics: Annotated[dict[Name, Fabric], Doc("Fabrics by name.")]
    wan: Annotated[Wan, Doc("Wide-area network.")] = Wan()
    addressing: Annotated[Addressing, Doc("Pools and number ranges.")] = Addressing()
    tenants: Annotated[dict[Name, Tenant], Doc("Tenants by name.")] = {}
    isolation: Annotated[
        dict[Name, Fence], Doc("Fences around tenants and security zones, by the name of the tenant or zone.")
    ] = {}
    anycast: Annotated[dict[Name, Anycast], Doc("Service addresses announced from several places, by name.")] = {}
    classes: Annotated[dict[Name, TrafficClass], Doc("Traffic classes by name.")] = {}
    qos: Annotated[Qos, Doc("Quality of service as a whole.")] = Qos()
    jobs: Annotated[dict[Name, Job], Doc("Training jobs by name.")] = {}
    services: Annotated[dict[Name, Service], Doc("Inference services by name.")] = {}
    traffic: Annotated[dict[Name, Work], Doc("Storage, backups, pipelines, management and other traffic by name.")] = {}
    profiles: Annotated[dict[Name, Profile], Doc("Courses over day and week by name.")] = {}
    protocols: Annotated[
        tuple[str, ...], Doc("Protocols and programming interfaces that the site relies on; each is checked to exist.")
    ] = ()
    reliability: Annotated[Reliability, Doc("How often parts fail, and what fails together.")] = Reliability()
    expansion: Annotated[Expansion, Doc("When links are full, and what more of them costs.")] = Expansion()
    intents: Annotated[dict[Name, Intent], Doc("Intents by name.")] = {}
    prices: Annotated[Prices | None, Doc("What parts cost; relative prices of the catalog if absent.")] = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1), Doc("Seed of every random stream.")] = 1

    @model_validator(mode="before")
    @classmethod
    def _take_preset(cls, data: Any) -> Any:
        """Put the classes and priorities of a preset below what is written out."""
        if not isinstance(data, dict) or not isinstance(data.get("qos"), dict):
            return data
        name = data["qos"].get("preset")
        given, start = data.get("classes") or {}, presets.classes(name)
        if not isinstance(given, dict) or not start:
            return data
        return {**data, "classes": {**start, **given}, "qos": {**presets.priorities(name), **data["qos"]}}

    @model_validator(mode="after")
    def _name_objects(self) -> Self:
        for collection in NAMED_MAPS:
            _name_all(getattr(self, collection), collection)
        _name_all(self.hardware.switches, "hardware/switches")
        _name_all(self.hardware.hosts, "hardware/hosts")
        _name_all(self.hardware.chips, "hardware/chips")
        _name_all(self.wan.sites, "wan/sites")
        _name_all(self.wan.links, "wan/links")
        _name_all(self.reliability.domains, "reliability/domains")
        _name_all(self.expansion.offers, "expansion/offers")
        _name_all(self.addressing.blocks, "addressing/blocks")
        return self

    @property
    def name(self) -> str:
        """Name of the site."""
        return self.site.name


def _name_all(objects: dict[str, Any], path: str) -> None:
    for name, thing in objects.items():
        if isinstance(thing, Named):
            thing.named(name, f"{path}/{name}")


def refuse_others(given: object) -> None:
    """Complain of what is no site, before an attribute is missed deep inside.

    Raises
    ------
    TypeError
        It is no `Site`; the message says how to get one.

    Examples
    --------
    >>> refuse_others("site.yaml")
    Traceback (most recent call last):
    TypeError: a Site is wanted, and this is a str: pass easterly.load(path).site
    """
    if not isinstance(given, Site):
        raise TypeError(f"a Site is wanted, and this is a {type(given).__name__}: pass easterly.load(path).site")
