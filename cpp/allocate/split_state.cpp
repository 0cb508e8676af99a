#include "allocate/split_state.hpp"

#include <numeric>

#include "random/mix.hpp"

namespace easterly::allocate {

namespace {

void forget(std::vector<std::int32_t>& rows, std::int32_t row) {
    const auto at = std::find(rows.begin(), rows.end(), row);
    *at = rows.back();
    rows.pop_back();
}

// Moves what is kept to the front: the largest, or without replacement by chance in proportion to rates.
void keep_first(std::vector<SplitPath>& paths, std::size_t count, std::uint64_t stream, std::int32_t round) {
    std::stable_sort(paths.begin(), paths.end(), [](const SplitPath& x, const SplitPath& y) { return x.rate > y.rate; });
    if (round == 0) return;
    for (std::size_t i = 0; i < std::min(count, paths.size()); ++i) {
        double sum = 0.0;
        for (std::size_t j = i; j < paths.size(); ++j) sum += paths[j].rate;
        double at = sum * random::unit(random::mix(stream, i));
        std::size_t pick = i;
        while (pick + 1 < paths.size() && at >= paths[pick].rate) at -= paths[pick++].rate;
        std::rotate(paths.begin() + static_cast<std::ptrdiff_t>(i), paths.begin() + static_cast<std::ptrdiff_t>(pick),
                    paths.begin() + static_cast<std::ptrdiff_t>(pick) + 1);
    }
}

}  // namespace

std::int32_t SplitState::add(std::int32_t demand, std::vector<std::int32_t> links, double rate) {
    std::int32_t p = static_cast<std::int32_t>(path.size());
    if (free_.empty()) path.emplace_back();
    else {
        p = free_.back();
        free_.pop_back();
    }
    for (const std::int32_t link : links) {
        load[link] += rate;
        users[link].push_back(p);
    }
    path[p] = {demand, std::move(links), rate};
    of[demand].push_back(p);
    return p;
}

void SplitState::remove(std::int32_t p) {
    for (const std::int32_t link : path[p].link) {
        load[link] -= path[p].rate;
        forget(users[link], p);
    }
    forget(of[path[p].demand], p);
    path[p] = {};
    free_.push_back(p);
}

void SplitState::change(std::int32_t p, double rate) {
    for (const std::int32_t link : path[p].link) load[link] += rate - path[p].rate;
    path[p].rate = rate;
}

void SplitState::recount() {
    std::fill(load.begin(), load.end(), 0.0);
    for (const SplitPath& one : path)
        for (const std::int32_t link : one.link) load[link] += one.rate;
}

SplitPaths SplitState::paths() const {
    SplitPaths out;
    for (std::size_t k = 0; k < of.size(); ++k)
        for (const std::int32_t p : of[k]) {
            if (!(path[p].rate > 0.0)) continue;
            out.demand.push_back(static_cast<std::int32_t>(k));
            out.link.insert(out.link.end(), path[p].link.begin(), path[p].link.end());
            out.ptr.push_back(static_cast<std::int64_t>(out.link.size()));
            out.rate.push_back(path[p].rate);
        }
    return out;
}

std::vector<std::vector<SplitPath>> chosen(const SplitProblem& problem, const SplitStart& start, std::uint64_t seed,
                                           std::int32_t round) {
    std::vector<std::vector<SplitPath>> of(problem.amount.size());
    for (std::size_t p = 0; p < start.demand.size(); ++p) {
        if (!(start.rate[p] > 0.0) || start.ptr[p] == start.ptr[p + 1]) continue;
        SplitPath one{start.demand[p], {}, start.rate[p]};
        const auto links = start.link.subspan(static_cast<std::size_t>(start.ptr[p]),
                                              static_cast<std::size_t>(start.ptr[p + 1] - start.ptr[p]));
        one.link.assign(links.begin(), links.end());
        of[start.demand[p]].push_back(std::move(one));
    }
    const auto count = static_cast<std::size_t>(problem.most);
    for (auto& paths : of) {
        if (paths.empty()) continue;
        const auto sum = [](const auto& some) {
            return std::accumulate(some.begin(), some.end(), 0.0, [](double s, const auto& p) { return s + p.rate; });
        };
        const double total = sum(paths);
        const std::int32_t k = paths.front().demand;
        const auto pair = static_cast<std::uint64_t>(problem.src[k]) << 32 | static_cast<std::uint32_t>(problem.dst[k]);
        keep_first(paths, count, random::mix(random::mix(seed, static_cast<std::uint64_t>(round)), pair), round);
        if (paths.size() > count) paths.resize(count);
        const double kept = sum(paths);
        for (auto& one : paths) one.rate = one.rate / kept * total;
    }
    return of;
}

}  // namespace easterly::allocate
