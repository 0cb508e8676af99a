// Folded Clos of one to four tiers: coordinates are (tier, number within the tier).
//
// Spine j of every pod belongs to group j of the tier above, super-spine s of group j of every zone to group (j, s) of
// the cores (Al-Fares et al. 2008): from a switch all ways up are alike, and there is one way down.
#include <algorithm>

#include "fabric/shape.hpp"

namespace easterly::fabric {

Clos::Clos(const ClosNumbers& numbers) : n_(numbers) {
    const std::int32_t w2 = n_.width[0], w3 = n_.width[1], w4 = n_.width[2];
    std::int32_t count[4] = {n_.planes * n_.leaves, 0, 0, 0};
    if (n_.tiers > 1) count[1] = n_.planes * n_.pods() * w2;
    if (n_.tiers > 2) count[2] = n_.zones() * w2 * w3;
    if (n_.tiers > 3) count[3] = w2 * w3 * w4;
    for (int t = 0; t < 4; ++t) first_[t + 1] = first_[t] + count[t];
    for (int t = 0; t < 3; ++t)
        link_[t + 1] = link_[t] + (t + 1 < n_.tiers ? 2LL * count[t] * n_.width[t] * n_.links[t] : 0);
}

std::int32_t Clos::tier(std::int32_t at) const {
    std::int32_t t = 0;
    while (at >= first_[t + 1]) ++t;
    return t;
}

std::int32_t Clos::pod_of(std::int32_t leaf) const {
    return plane_of(leaf) * n_.pods() + leaf % n_.leaves / n_.pod_leaves;
}

std::int32_t Clos::zone_of(std::int32_t leaf) const {
    return plane_of(leaf) * n_.zones() + leaf % n_.leaves / n_.pod_leaves / n_.zone_pods;
}

std::int32_t Clos::above(std::int32_t tier, std::int32_t i) const {
    const std::int32_t w2 = n_.width[0], w3 = n_.width[1], w4 = n_.width[2];
    if (tier == 0) return pod_of(i) * w2;
    if (tier == 1) return (i / w2 / n_.zone_pods * w2 + i % w2) * w3;
    return i % (w2 * w3) * w4;
}

// Links to the tier below, by number: lower switches in their order.
void Clos::down(std::int32_t tier, std::int32_t i, std::vector<Hop>& out) const {
    const std::int32_t low = tier - 1, w2 = n_.width[0], w3 = n_.width[1], w4 = n_.width[2];
    std::int32_t begin = 0, end = 0, step = 1, slot = 0;
    if (tier == 1) {
        const std::int32_t pod = i / w2, plane = pod / n_.pods();
        begin = plane * n_.leaves + pod % n_.pods() * n_.pod_leaves;
        end = std::min(begin + n_.pod_leaves, (plane + 1) * n_.leaves);
        slot = i % w2;
    } else if (tier == 2) {
        const std::int32_t zone = i / (w2 * w3), j = i / w3 % w2;
        begin = zone * n_.zone_pods * w2 + j;
        end = std::min((zone + 1) * n_.zone_pods, n_.pods()) * w2;
        step = w2;
        slot = i % w3;
    } else {
        begin = i / w4;
        end = count(2);
        step = w2 * w3;
        slot = i % w4;
    }
    for (std::int32_t v = begin; v < end; v += step)
        for (std::int32_t l = 0; l < n_.links[low]; ++l)
            out.push_back({first_[low] + v, static_cast<std::int32_t>(up(low, v) + 2LL * (slot * n_.links[low] + l) + 1)});
}

void Clos::neighbours(std::int32_t at, std::vector<Hop>& out) const {
    const std::int32_t t = tier(at), i = at - first_[t];
    if (t > 0) down(t, i, out);
    if (t + 1 >= n_.tiers) return;
    const std::int32_t base = first_[t + 1] + above(t, i);
    for (std::int32_t slot = 0; slot < n_.width[t] * n_.links[t]; ++slot)
        out.push_back({base + slot / n_.links[t], static_cast<std::int32_t>(up(t, i) + 2LL * slot)});
}

// Tier at which the way to a leaf turns down: the first that is above both, since a switch of tier t is above a leaf
// that shares its coordinates. The number of tiers or more where there is no way.
std::int32_t Clos::turn(std::int32_t tier, std::int32_t i, std::int32_t to) const {
    const std::int32_t w2 = n_.width[0], w3 = n_.width[1];
    if (tier == 3) return 3;
    if (tier == 2) return i / (w2 * w3) == zone_of(to) ? 2 : 3;
    const std::int32_t pod = tier == 0 ? pod_of(i) : i / w2, plane = pod / n_.pods();
    if (plane != plane_of(to)) return 4;
    if (tier == 0 && i == to) return 0;
    if (pod == pod_of(to)) return 1;
    return pod / n_.zone_pods == zone_of(to) ? 2 : 3;
}

std::int32_t Clos::distance(std::int32_t at, std::int32_t to) const {
    const std::int32_t t = tier(at), top = turn(t, at - first_[t], to);
    return top < n_.tiers ? 2 * top - t : -1;
}

void Clos::next_hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    const std::int32_t t = tier(at), i = at - first_[t], top = turn(t, i, to);
    if (top >= n_.tiers || at == to) return;
    const std::int32_t w2 = n_.width[0], w3 = n_.width[1], w4 = n_.width[2];
    if (t < top) {
        const std::int32_t base = first_[t + 1] + above(t, i);
        for (std::int32_t slot = 0; slot < n_.width[t] * n_.links[t]; ++slot)
            out.push_back({base + slot / n_.links[t], static_cast<std::int32_t>(up(t, i) + 2LL * slot)});
        return;
    }
    std::int32_t v = to, slot = i % w2;
    if (t == 2) {
        v = pod_of(to) * w2 + i / w3 % w2;
        slot = i % w3;
    } else if (t == 3) {
        v = zone_of(to) * w2 * w3 + i / w4;
        slot = i % w4;
    }
    const std::int32_t low = t - 1, links = n_.links[low];
    for (std::int32_t l = 0; l < links; ++l)
        out.push_back({first_[low] + v, static_cast<std::int32_t>(up(low, v) + 2LL * (slot * links + l) + 1)});
}

double Clos::paths(std::int32_t at, std::int32_t to) const {
    const std::int32_t hops = distance(at, to), t = tier(at);
    if (hops < 0) return 0.0;
    const std::int32_t turn = (hops + t) / 2;
    double count = 1.0;
    for (std::int32_t k = t; k < turn; ++k) count *= static_cast<double>(n_.width[k]) * n_.links[k];
    for (std::int32_t k = 0; k < turn; ++k) count *= n_.links[k];
    return count;
}

}  // namespace easterly::fabric
