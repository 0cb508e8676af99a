#include "curve/trace.hpp"

#include <algorithm>
#include <utility>

#include "curve/pieces.hpp"

namespace easterly::curve {

namespace {

using Wide = __int128;

// The burst that lies furthest in the direction across * bytes - down * length, the shortest of these: what an empty
// bucket of that rate would hold (Lindley's recursion, over the trace once).
Burst furthest(const Trace& of, std::int64_t across, std::int64_t down) {
    Burst best{0, -1};
    Wide most = -1, first = 0;
    std::int64_t begin = 0, before = 0, sent = 0;  // the stretch that ends here, and what came before it
    for (std::size_t i = 0; i < of.at.size(); ++i) {
        const Wide start = Wide(down) * of.at[i] - Wide(across) * sent;
        if (i == 0 || start >= first) first = start, begin = of.at[i], before = sent;
        sent += of.size[i];
        const Wide now = first + Wide(across) * sent - Wide(down) * of.at[i];
        const Burst burst{of.at[i] - begin, sent - before};
        if (now > most || (now == most && burst.length < best.length)) most = now, best = burst;
    }
    return best;
}

Burst together(const Trace& of) {  // the most at one time
    Burst best{0, 0};
    for (std::size_t i = 0; i < of.at.size();) {
        std::int64_t sum = 0;
        const std::int64_t at = of.at[i];
        for (; i < of.at.size() && of.at[i] == at; ++i) sum += of.size[i];
        best.bytes = std::max(best.bytes, sum);
    }
    return best;
}

}  // namespace

std::vector<Burst> hull(const Trace& of) {
    std::vector<Burst> made{together(of)};
    std::vector<Burst> waiting{furthest(of, 1, 0)};  // right ends of edges, the nearest last
    while (!waiting.empty()) {
        beat();
        const Burst left = made.back(), right = waiting.back();
        const std::int64_t across = right.length - left.length, down = right.bytes - left.bytes;
        if (across > 0 && down > 0) {
            const Burst middle = furthest(of, across, down);
            const Wide above = Wide(across) * (middle.bytes - left.bytes) - Wide(down) * (middle.length - left.length);
            if (above > 0) {
                waiting.push_back(middle);
                continue;
            }
            made.push_back(right);
        }
        waiting.pop_back();
    }
    return made;
}

void most_within(const Trace& of, std::span<const std::int64_t> window, std::span<std::int64_t> bytes) {
    for (std::size_t k = 0; k < window.size(); ++k) {
        beat();
        std::int64_t best = 0, sum = 0;
        for (std::size_t i = 0, first = 0; i < of.at.size(); ++i) {
            sum += of.size[i];
            while (first <= i && of.at[i] - of.at[first] >= window[k]) sum -= of.size[first++];
            best = std::max(best, sum);
        }
        bytes[k] = best;
    }
}

}  // namespace easterly::curve
