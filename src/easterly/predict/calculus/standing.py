"""Bounds that stay at hand while flows come and go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.model.bounds import Bounds
from easterly.model.packets import PacketFlows, Ports, Transport
from easterly.model.port_queues import PacketQueues
from easterly.predict.calculus.fabric import analysis, told

SLACK = 5e-3
"""Small enough for a plan; large enough that a flow in a hundred changes some of the queues near it, and no others."""


class Standing:
    """Bounds of flows of which some come and go; a change costs what it changes, not the network.

    What a change raises is raised, what it lowers is lowered, from queue to queue until none gives more than itself, so
    that what stands are bounds at any time (of a monotone map, whatever gives no more than itself is above its least
    fixed point: Tarski 1955).

    Parameters
    ----------
    ports, queues, flows, transports, burst_B, rate_bps, packets, shaped, in_flight_B
        As in `bounds`; `flows` are all that may ever be there.
    there : (F,) bool, optional
        Flows that are there at first; all if absent.
    slack : float [1]
        Part by which delays may be too high, at each queue and on the way to it. The larger it is, the nearer changes
        end. 0 is exact, and then changes around a ring begin anew.

    Raises
    ------
    ValueError
        As in `bounds`.

    Examples
    --------
    A sixth host begins to send to a port that five send to already.

    >>> import numpy as np
    >>> from easterly.predict.packet import transport
    >>> from easterly.predict.packet.star import star_flows, star_ports
    >>> flows, ports = star_flows(np.arange(6), 6, 1), star_ports(7, 100e9, 1e-6)
    >>> made = Standing(ports, None, flows, transport("dctcp"), 150_000, 0, there=np.arange(6) < 5, slack=0)
    >>> before = made.bounds().queues.backlog_B.max()
    >>> made.add([5])
    >>> round(made.bounds().queues.backlog_B.max() - before)
    150000
    """

    def __init__(
        self, ports: Ports, queues: PacketQueues | None, flows: PacketFlows,
        transports: Transport | Sequence[Transport], burst_B: ArrayLike, rate_bps: ArrayLike, *,
        packets: ArrayLike | None = None, shaped: bool = True, there: ArrayLike | None = None, slack: float = SLACK,
        in_flight_B: ArrayLike | None = None,
    ) -> None:  # fmt: skip
        first = np.ones(len(flows), dtype=bool) if there is None else np.asarray(there, dtype=bool)
        if first.shape != (len(flows),):
            raise ValueError(f"there has the shape {first.shape} beside {len(flows)} flows: one entry for each")
        self._there = first.copy()
        self._made = analysis(
            ports, queues, flows, transports, burst_B, rate_bps, packets=packets, shaped=shaped, slack=slack,
            in_flight_B=in_flight_B, there=first,
        )  # fmt: skip
        self._made.total.solve()

    @property
    def there(self) -> NDArray[np.bool_]:
        """(F,) flows that are there."""
        return self._there.copy()

    @property
    def visited(self) -> int:
        """Ports that the last change looked at."""
        return self._made.total.visited

    def add(self, flows: ArrayLike) -> None:
        """Flows begin; those that are there already go on.

        Parameters
        ----------
        flows : (N,) int
            Rows.

        Raises
        ------
        ValueError
            A row that is none.
        """
        self.change(flows, ())

    def remove(self, flows: ArrayLike) -> None:
        """Flows end; as `add`."""
        self.change((), flows)

    def change(self, begin: ArrayLike, end: ArrayLike) -> None:
        """Some flows begin and others end, at once; as `add`."""
        come, go = (self._rows(rows) for rows in (begin, end))
        come, go = come[~self._there[come]], go[self._there[go]]
        self._there[come], self._there[go] = True, False
        rows = np.concatenate([come, go])
        notified, every = self._made.notified, self._made.ways
        which = np.concatenate([rows, len(self._there) + np.flatnonzero(np.isin(notified, rows))])
        on = self._there[np.concatenate([rows, notified[which[len(rows) :] - len(self._there)]])]
        self._made.total.change(which, every.burst_B[which] * on, every.rate[which] * 8.0 * on)

    def bounds(self) -> Bounds:
        """Bounds as they are now.

        Queues that only absent flows would pass are listed, and hold nothing; of an absent flow it is told what queues
        on its way take as they are.

        Returns
        -------
        Bounds
        """
        return told(self._made, self._there)

    def _rows(self, flows: ArrayLike) -> NDArray[np.int64]:
        rows = np.unique(np.asarray(flows, dtype=np.int64))
        if len(rows) and not 0 <= rows[0] <= rows[-1] < len(self._there):
            raise ValueError(f"flows {rows[0]} to {rows[-1]} are not within 0..{len(self._there) - 1}")
        return rows
