// Graphs of events without cycles: in which order, and when at the earliest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::dag {

// The predecessors of event e are idx[ptr[e]] .. idx[ptr[e + 1] - 1].
struct Predecessors {
    std::span<const std::int64_t> ptr;
    std::span<const std::int32_t> idx;

    std::size_t events() const { return ptr.size() - 1; }
};

// Events by depth (arcs of the longest way from an event without predecessors), then by number: every event comes after
// its predecessors (Kahn 1962, CACM 5:11). Events on a cycle, or after one, are left out. O(events + arcs).
std::vector<std::int32_t> order(const Predecessors& before);

// Earliest start and finish of each event; predecessors have lower numbers than their events (CPM, Kelley & Walker 1959):
//   start[e] = max(earliest[e], max over predecessors of finish + delay[e]), finish[e] = start[e] + duration[e].
// O(events + arcs).
void earliest(const Predecessors& before, std::span<const double> at, std::span<const double> delay,
              std::span<const double> duration, std::span<double> start, std::span<double> finish);

}  // namespace easterly::dag
