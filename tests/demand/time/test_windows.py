"""Backups in windows of the day: as many bytes as without, and only then."""

import numpy as np
import pytest
from tests.demand.clusters import network, site

from easterly import demand
from easterly.base.columns import floats
from easterly.demand.time import aggregate, profile

HOUR_s = 3600.0


def rates(backup, interval_s=HOUR_s):
    """Mean and peak rate in every interval of the week of a backup of 864 GB from a store."""
    both = {"kind": "storage", "class": "bulk", "hosts": 1, "copies": 1}
    saved = {"kind": "backup", "class": "bulk", "from": "a", "to": "b", "size": "864GB", **backup}
    plan = site(traffic={"a": both, "b": both, "save": saved})
    demands = demand.build(plan, network(4))
    every_s = demands.phases.every_s[demands.flows.phase]
    rate = np.divide(demands.flows.size_B * 8, every_s, out=np.zeros(len(demands.flows)), where=every_s > 0)
    lasts = floats(np.full(len(demands.phases), 1.0))
    paced = aggregate.Paced(demands, floats(rate), lasts, {}, profile.profiles(plan), profile.windows(plan))
    owners = demands.phases.owner[demands.flows.phase]
    made = aggregate.series(paced, {"work": owners}, interval_s)
    mine = made.labels[0] == "save"
    return made.mean_bps[mine], made.peak_bps[mine]


@pytest.mark.parametrize("start, lasts, hours", [("22h", "6h", {22, 23, 0, 1, 2, 3}), ("1h", "2h", {1, 2})])
def test_a_window_holds_all_bytes_of_a_day_at_one_rate(start, lasts, hours):
    mean, peak = rates({"every": "1d", "window": {"start": start, "lasts": lasts}})
    needed_bps = 864e9 * 8 / (len(hours) * HOUR_s)
    wanted = [needed_bps if hour % 24 in hours else 0.0 for hour in range(168)]
    assert mean.tolist() == pytest.approx(wanted) and peak.tolist() == pytest.approx(wanted)
    assert mean.sum() * HOUR_s == pytest.approx(7 * 864e9 * 8)


def test_a_weekly_window_is_on_monday():
    mean, _ = rates({"every": "7d", "window": {"start": "3h", "lasts": "90min"}})
    assert np.flatnonzero(mean).tolist() == [3, 4]
    assert mean[3] == pytest.approx(2 * mean[4])
    assert mean.sum() * HOUR_s == pytest.approx(864e9 * 8)


def test_without_a_window_a_backup_is_a_burst_at_any_time():
    mean, peak = rates({"every": "1d", "within": "6h"})
    assert mean.tolist() == pytest.approx([864e9 * 8 / 86400] * 168)
    assert (peak > mean).all()
