"""Traffic that is neither a training job nor an inference service, told apart by the key ``kind``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from easterly.model.spec.traffic.base import Hosted, Traffic
from easterly.model.spec.traffic.bulk import Backup, Delivery, Transfer, Window
from easterly.model.spec.traffic.learning import Cohort, Federated, ParameterServer
from easterly.model.spec.traffic.matrices import Gravity, Matrix
from easterly.model.spec.traffic.stores import Access, Erasure, Features, Memory, Rebuild, Storage
from easterly.model.spec.traffic.streams import Management, Pipeline, Stage

Work = Annotated[
    Transfer
    | Backup
    | Delivery
    | Storage
    | Memory
    | Features
    | ParameterServer
    | Federated
    | Pipeline
    | Management
    | Gravity
    | Matrix,
    Field(discriminator="kind"),
]

__all__ = [
    "Access", "Backup", "Cohort", "Delivery", "Erasure", "Features", "Federated", "Gravity", "Hosted",
    "Management", "Matrix", "Memory", "ParameterServer", "Pipeline", "Rebuild", "Stage", "Storage", "Traffic",
    "Transfer", "Window", "Work",
]  # fmt: skip
