"""What formulae and bounds say of the queues of a plan, as JSON."""

from __future__ import annotations

from typing import Any

from easterly.app.predicting.document import records
from easterly.model.waiting import WaitWitness


def waiting(said: WaitWitness | None) -> dict[str, Any] | None:
    """Means and worst cases by class and by who sends; why there are none; null where nobody asked."""
    if said is None:
        return None
    if said.found is None:
        return {"because": said.because}
    made = said.found
    return {
        "because": None, "how": made.how, "quantiles": made.quantiles, "worst": made.worst or None,
        "unbounded": made.unbounded or None, "classes": records(made.classes), "senders": records(made.senders),
    }  # fmt: skip
