"""QoS: classes and hardware to queues, meters, marks and buffers."""

from easterly.qos.plan import plan

__all__ = ["plan"]
