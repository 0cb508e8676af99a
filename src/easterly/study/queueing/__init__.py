"""Means and quantiles of the queues of a site, by formulae with named assumptions."""

from easterly.study.queueing.findings import overloaded
from easterly.study.queueing.services import ServiceQueues, queue_services
from easterly.study.queueing.site import Offered, SiteQueues, offered, queue_site

__all__ = ["Offered", "ServiceQueues", "SiteQueues", "offered", "overloaded", "queue_services", "queue_site"]
