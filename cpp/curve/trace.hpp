// Envelopes of measured arrivals: the least concave curve above all of them, and the most within windows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace easterly::curve {

// Whole ticks that never fall, and bytes that are not below 0; whose sum and span fit into 62 bits.
struct Trace {
    std::span<const std::int64_t> at, size;
};

// As many bytes came within some stretch of time of that length, both ends included.
struct Burst {
    std::int64_t length, bytes;
};

// The vertices of the least concave curve above all bursts, the shortest first; at least one, for a trace that is not
// empty. One pass over the trace for each vertex and each side of the hull.
std::vector<Burst> hull(const Trace& of);

// The most bytes within any stretch shorter than each window.
void most_within(const Trace& of, std::span<const std::int64_t> window, std::span<std::int64_t> bytes);

}  // namespace easterly::curve
