"""What clients send and get, declared once: validation and the OpenAPI document follow from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,126}$")]
Address = Annotated[str, Field(min_length=2, max_length=90)]
Seconds = Annotated[float, Field(gt=0, le=3.2e9)]
Length = Annotated[int, Field(ge=0, le=128)]
Tags = Annotated[tuple[Text, ...], Field(max_length=64)]
Fields = Annotated[
    dict[Name, Annotated[str, Field(max_length=1000)]],
    Field(max_length=64, json_schema_extra={"additionalProperties": False}),
]
DeviceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.: -]{0,250}[A-Za-z0-9_]$|^[A-Za-z0-9]$")]
Mac = Annotated[str, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]
PortName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\x00-\x20\x7f]+$")]
Role = Literal["reader", "operator", "admin"]
MOST = 65536
"""Allocations of one request, and rows of one page."""


class Model(BaseModel):
    """What is sent: no unknown keys, nothing converted but numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Holder(Model):
    """What is known of the holder of an address; all of it may be left out."""

    tenant: Text | None = None
    device: Text | None = None
    interface: Text | None = None
    mac: Mac | None = None
    dns_name: Text | None = None
    tags: Tags = ()
    fields: Fields = {}


class NewAllocation(Holder):
    """The next free addresses or blocks, or those that are named."""

    count: Annotated[int, Field(ge=1, le=MOST)] = 1
    prefix_length: Length | None = None
    sparse: bool = False
    address: Address | None = None
    first: Address | None = None
    last: Address | None = None
    lease_s: Seconds | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    reserve: bool = False


class Renewal(Model):
    """A lease from now on; the pool's own if nothing is said."""

    lease_s: Seconds | None = None


class PoolWords(Model):
    """What a pool says of itself."""

    role: Text | None = None
    tenant: Text | None = None
    edges: bool = False
    approval: bool = False
    lease_s: Seconds | None = None
    longest_s: Seconds | None = None
    quarantine_s: Annotated[float, Field(ge=0, le=3.2e9)] = 0.0
    tags: Tags = ()
    fields: Fields = {}


class NewPool(PoolWords):
    """A prefix or a range to give addresses from; of a parent, the next free block of a length."""

    name: Name
    prefix: Address | None = None
    parent: Name | None = None
    prefix_length: Length | None = None
    sparse: bool = False
    vrf: Name = "default"


class PoolChange(PoolWords):
    """What a pool says of itself from now on; what is left out stays as it is."""

    name: Name | None = None


class OfPool(NewAllocation):
    """One of several requests."""

    pool: Name


class Several(Model):
    """Requests that are answered one by one: one that is refused leaves the others."""

    requests: Annotated[tuple[OfPool, ...], Field(min_length=1, max_length=10_000)]


class Answers(BaseModel):
    """As many as requests, in their order: allocations, or a problem, with the status that each alone would have."""

    answers: list[dict[str, Any]]


class NewVrf(Model):
    """A space of its own."""

    name: Name
    rd: Text | None = None
    tenant: Text | None = None


class NewDevice(Model):
    """Something with interfaces, to which addresses are bound."""

    name: DeviceName
    tenant: Text | None = None
    tags: Tags = ()
    fields: Fields = {}


class DeviceChange(Model):
    """What a device says of itself from now on; what is left out stays as it is."""

    name: DeviceName = ""
    tenant: Text | None = None
    tags: Tags = ()
    fields: Fields = {}


class NewInterface(Model):
    """An interface; its addresses have its MAC address."""

    name: PortName
    mac: Mac | None = None
    tags: Tags = ()
    fields: Fields = {}


class InterfaceChange(Model):
    """What an interface says of itself from now on; what is left out stays as it is."""

    name: PortName = ""
    mac: Mac | None = None
    tags: Tags = ()
    fields: Fields = {}


class NewToken(Model):
    """Somebody who may use the service; with a tenant, only what is that tenant's."""

    name: Name
    role: Role = "operator"
    tenant: Text | None = None
    lasts_s: Seconds | None = None


class NewHook(Model):
    """Where to send what happens, signed with a secret (HMAC-SHA-256, header ``Easterly-Signature``)."""

    name: Name
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)]
    secret: Annotated[str, Field(min_length=16, max_length=200)]
    pools: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()


class Decision(Model):
    """Why a request was approved or rejected."""

    note: Annotated[str, Field(max_length=1000)] = ""


class Page(Model):
    """Which page: so many rows, behind the cursor that the page before ended with."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 1000
    after: Annotated[str, Field(max_length=80)] | None = None


class OfPools(Page):
    """Pools of a parent or of a VRF; all of them if neither is named."""

    parent: Name | None = None
    vrf: Name | None = None


class OfAllocations(Page):
    """Allocations that have all of these."""

    within: Address | None = None
    tenant: Text | None = None
    device: Text | None = None
    interface: Text | None = None
    mac: Text | None = None
    dns_name: Text | None = None
    owner: Text | None = None
    state: Literal["held", "reserved", "quarantined"] | None = None
    kind: Literal["address", "block", "range", "pool"] | None = None
    tag: Text | None = None

    def filters(self) -> dict[str, str]:
        """What was asked for, by column."""
        said = self.model_dump(exclude_none=True, exclude={"limit", "after", "within"})
        return {name: str(value) for name, value in said.items()}


class OfDevices(Page):
    """Devices that have all of these; `mac` is of one of their interfaces."""

    tenant: Text | None = None
    tag: Text | None = None
    mac: Mac | None = None


class OfRemoval(Model):
    """Whether addresses are to be released with it."""

    release: bool = False


class OfImport(Model):
    """The pool of rows that name none; whether good rows are taken though others are refused."""

    pool: Name | None = None
    keep_going: bool = False


class OfExport(Model):
    """As what."""

    format: Literal["csv", "json", "yaml"] = "csv"


class OfHolders(Model):
    """Whose an address is, in a VRF."""

    address: Address
    vrf: Name = "default"


class OfApprovals(Page):
    """Requests in one state."""

    state: Literal["open", "approved", "rejected"] = "open"


class Row(Model):
    """A row of a table that is refused."""

    line: int
    column: str
    why: str


class Problem(Model):
    """RFC 9457: what is wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str = ""
    refused: list[Row] | None = None


class Answer(BaseModel):
    """What comes back; clients must bear more keys than are told here."""

    model_config = ConfigDict(extra="allow")


class Allocation(Answer):
    """Addresses that are not free."""

    id: int
    pool: int
    address: str
    kind: str
    state: str
    until_ms: int | None
    owner: str
    since_ms: int


class Allocations(Answer):
    """What was made or changed; `repeated` where an earlier request of the same key made it."""

    allocations: list[Allocation]
    repeated: bool


class Pool(Answer):
    """A pool with its counters; addresses are counted in text where they outgrow 53 bits."""

    id: int
    name: str
    prefix: str
    vrf: int
    parent: int | None
    used: int | str
    size: int | str
    count: int


class Interface(Answer):
    """An interface of a device."""

    id: int
    device: int
    name: str
    mac: str | None
    tags: list[str]
    fields: dict[str, str]


class Device(Answer):
    """A device with its interfaces."""

    id: int
    name: str
    tenant: str | None
    tags: list[str]
    fields: dict[str, str]
    interfaces: list[Interface]


class Imported(Answer):
    """What an import did."""

    changed: bool
    added: int
    same: int
    pools: int
    devices: int
    refused: list[Row]
    refused_count: int


class Listing(Answer):
    """A page, and the cursor of the next one; null at the end."""

    items: list[dict[str, Any]]
    next: str | None


class Made(Answer):
    """Id of what was made."""

    id: int


class Token(Answer):
    """A new token; it is told this once."""

    id: int
    name: str
    token: str


class Told(Answer):
    """A document of its own."""
