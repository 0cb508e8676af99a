#include "dag/order.hpp"

#include <algorithm>

namespace easterly::dag {

namespace {

struct Successors {
    std::vector<std::int64_t> ptr;
    std::vector<std::int32_t> idx;
};

Successors turned(const Predecessors& before) {
    const std::size_t events = before.events();
    Successors after{std::vector<std::int64_t>(events + 1, 0), std::vector<std::int32_t>(before.idx.size())};
    for (const std::int32_t p : before.idx) ++after.ptr[p + 1];
    for (std::size_t e = 0; e < events; ++e) after.ptr[e + 1] += after.ptr[e];
    std::vector<std::int64_t> next(after.ptr.begin(), after.ptr.end() - 1);
    for (std::size_t e = 0; e < events; ++e)
        for (std::int64_t i = before.ptr[e]; i < before.ptr[e + 1]; ++i)
            after.idx[next[before.idx[i]]++] = static_cast<std::int32_t>(e);
    return after;
}

}  // namespace

std::vector<std::int32_t> order(const Predecessors& before) {
    const std::size_t events = before.events();
    const Successors after = turned(before);
    std::vector<std::int64_t> open(events);
    std::vector<std::int32_t> done;
    done.reserve(events);
    for (std::size_t e = 0; e < events; ++e) {
        open[e] = before.ptr[e + 1] - before.ptr[e];
        if (open[e] == 0) done.push_back(static_cast<std::int32_t>(e));
    }
    // One depth after the other: what an event opens last is one deeper than the deepest before it.
    for (std::size_t begin = 0; begin < done.size();) {
        const std::size_t end = done.size();
        for (std::size_t i = begin; i < end; ++i)
            for (std::int64_t j = after.ptr[done[i]]; j < after.ptr[done[i] + 1]; ++j)
                if (--open[after.idx[j]] == 0) done.push_back(after.idx[j]);
        std::sort(done.begin() + static_cast<std::ptrdiff_t>(end), done.end());
        begin = end;
    }
    return done;
}

void earliest(const Predecessors& before, std::span<const double> at, std::span<const double> delay,
              std::span<const double> duration, std::span<double> start, std::span<double> finish) {
    for (std::size_t e = 0; e < before.events(); ++e) {
        double ready = 0.0;
        for (std::int64_t i = before.ptr[e]; i < before.ptr[e + 1]; ++i)
            ready = std::max(ready, finish[before.idx[i]]);
        start[e] = std::max(at[e], ready + delay[e]);
        finish[e] = start[e] + duration[e];
    }
}

}  // namespace easterly::dag
