#include "paths/constrained.hpp"

#include "paths/guarded.hpp"

namespace easterly::paths {

namespace {

bool admits(std::uint32_t group, std::uint32_t exclude, std::uint32_t any, std::uint32_t all) {
    return (group & exclude) == 0 && (any == 0 || (group & any) != 0) && (group & all) == all;
}

template <class T>
PathTable all(const graph::Graph& graph, const Scale& scale, std::span<const std::uint32_t> group,
              std::span<double> room, const Asks& asks, bool reserve, Pulse& pulse) {
    Guarded<T> search(graph, scale);
    PathTable table;
    for (std::size_t p = 0; p < asks.src.size(); ++p) {
        pulse.beat();
        const auto links = search.find(asks.src[p], asks.dst[p], [&](std::int32_t l) {
            return room[l] >= asks.rate[p] && admits(group[l], asks.exclude[p], asks.any[p], asks.all[p]);
        });
        if (!links.empty() || asks.src[p] == asks.dst[p]) table.add(graph, links);
        if (reserve)
            for (const std::int32_t l : links) room[l] -= asks.rate[p];
        table.close_pair();
    }
    return table;
}

}  // namespace

PathTable constrained(const graph::Graph& graph, std::span<const std::uint32_t> group, std::span<double> room,
                      const Asks& asks, bool reserve, Pulse pulse) {
    const Scale scale = scale_of(graph);
    if (scale.grid.wide) return all<Wide>(graph, scale, group, room, asks, reserve, pulse);
    return all<std::int64_t>(graph, scale, group, room, asks, reserve, pulse);
}

}  // namespace easterly::paths
