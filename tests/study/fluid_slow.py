"""Activities played slowly and plainly: all rates anew at every event, by progressive filling."""

from __future__ import annotations

import numpy as np


def rates(paths, active, weight, cap, capacity):
    """Weighted max-min fair rates of active activities: all levels rise until a link is full or a cap is reached."""
    rate = np.zeros(len(weight))
    left = capacity.astype(float).copy()
    open_ = list(active)
    level = 0.0
    while open_:
        load = np.zeros(len(capacity))
        for a in open_:
            for e in range(paths.ptr[a], paths.ptr[a + 1]):
                load[paths.link[e]] += weight[a] * paths.share[e]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(load > 1e-15, left / load, np.inf)
        step = min(room.min(), min(cap[a] / weight[a] - level for a in open_))
        level += step
        left = np.maximum(left - load * step, 0.0)
        full = load * 1.0 > 1e-15
        full &= left <= 1e-9 * capacity
        stopped = [
            a
            for a in open_
            if cap[a] / weight[a] <= level * (1 + 1e-12)
            or any(full[paths.link[e]] for e in range(paths.ptr[a], paths.ptr[a + 1]))
        ]
        assert stopped
        for a in stopped:
            rate[a] = level * weight[a]
        open_ = [a for a in open_ if a not in stopped]
    return rate


def play(pred_ptr, pred_idx, delay_s, earliest_s, size_bit, weight, cap_bps, paths, capacity_bps):
    """(begun, done) [s] of each activity; infinite where it never is."""
    count = len(delay_s)
    begun, done, left = np.full(count, np.inf), np.full(count, np.inf), np.array(size_bit, dtype=float)
    preds = [pred_idx[pred_ptr[a] : pred_ptr[a + 1]] for a in range(count)]
    ready = np.full(count, np.nan)
    now, active = 0.0, set()
    while True:
        for a in range(count):
            if np.isnan(ready[a]) and np.isfinite(done[preds[a]]).all():
                ready[a] = max(max((done[p] for p in preds[a]), default=0.0) + delay_s[a], earliest_s[a])
        rate = rates(paths, sorted(active), weight, cap_bps, capacity_bps)
        starts = [ready[a] for a in range(count) if np.isfinite(ready[a]) and np.isinf(begun[a])]
        ends = [now + left[a] / rate[a] for a in active if rate[a] > 0]
        if not starts and not ends:
            return begun, done
        then = min([*starts, *ends])
        for a in list(active):
            left[a] -= rate[a] * (then - now)
            if rate[a] > 0 and left[a] <= 1e-9 * size_bit[a] + 1e-12 * rate[a]:
                done[a] = then
                active.discard(a)
        now = then
        for a in range(count):
            if ready[a] <= now and np.isinf(begun[a]):
                begun[a] = now
                if left[a] <= 0 or paths.ptr[a] == paths.ptr[a + 1]:
                    done[a] = now if left[a] <= 0 else np.inf
                else:
                    active.add(a)
