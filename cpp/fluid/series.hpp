// Mean loads of some links over equal intervals of a time whose end is not known before.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace easterly::fluid {

// Intervals are a power of two long, in seconds. When the time runs out of them, two become one: sums stay exact.
class Series {
public:
    Series() = default;
    Series(std::size_t links, std::size_t intervals) : most_(intervals + (intervals & 1)), links_(links) {
        for (Link& each : links_) each.sum.assign(most_, 0.0);
    }

    // The load of a link from `time` on.
    void set(std::size_t k, double time, double load) {
        Link& link = links_[k];
        if (load == link.load) return;
        add(link, time);
        link.load = load;
    }
    void end(double time) {
        for (Link& each : links_) add(each, time);
    }
    double width() const { return width_; }
    std::size_t intervals() const { return static_cast<std::size_t>(std::min<double>(std::ceil(end_ / width_), static_cast<double>(most_))); }
    double mean(std::size_t k, std::size_t interval) const { return links_[k].sum[interval] / width_; }

private:
    struct Link {
        double load = 0.0, since = 0.0;
        std::vector<double> sum;
    };

    void add(Link& link, double time) {
        if (time <= link.since) return;
        end_ = std::max(end_, time);
        while (time > width_ * static_cast<double>(most_)) halve();
        if (link.load > 0.0)
            for (auto i = static_cast<std::size_t>(link.since / width_); i < most_; ++i) {
                const double from = std::max(link.since, width_ * static_cast<double>(i));
                const double to = std::min(time, width_ * static_cast<double>(i + 1));
                if (to > from) link.sum[i] += link.load * (to - from);
                if (to >= time) break;
            }
        link.since = time;
    }
    void halve() {
        width_ *= 2.0;
        for (Link& each : links_) {
            for (std::size_t i = 0; i < most_ / 2; ++i) each.sum[i] = each.sum[2 * i] + each.sum[2 * i + 1];
            std::fill(each.sum.begin() + static_cast<std::ptrdiff_t>(most_ / 2), each.sum.end(), 0.0);
        }
    }

    double width_ = 0x1p-40, end_ = 0.0;
    std::size_t most_ = 2;
    std::vector<Link> links_;
};

}  // namespace easterly::fluid
