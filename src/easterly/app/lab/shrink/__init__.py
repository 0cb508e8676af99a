"""A smaller site of the same shape, when the planned one has more nodes than a machine can run."""

from easterly.app.lab.shrink.asked import sizes
from easterly.app.lab.shrink.site import Smaller, shrunk

__all__ = ["Smaller", "shrunk", "sizes"]
