#include "calculus/components.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace easterly::calculus {

namespace {

class Search {
public:
    explicit Search(const std::vector<std::vector<std::int32_t>>& next)
        : next_(next), number_(next.size(), 0), low_(next.size(), 0), at_(next.size(), 0), open_(next.size(), 0) {}

    std::vector<std::vector<std::int32_t>> run() {
        for (std::size_t v = 0; v < next_.size(); ++v)
            if (number_[v] == 0) from(v);
        std::reverse(found_.begin(), found_.end());
        return by_depth();
    }

private:
    void from(std::size_t root) {
        enter(root);
        while (!path_.empty()) {
            const std::size_t v = path_.back();
            if (at_[v] < next_[v].size()) {
                const auto to = static_cast<std::size_t>(next_[v][at_[v]++]);
                if (number_[to] == 0)
                    enter(to);
                else if (open_[to])
                    low_[v] = std::min(low_[v], number_[to]);
                continue;
            }
            path_.pop_back();
            if (low_[v] == number_[v]) close(v);
            if (!path_.empty()) low_[path_.back()] = std::min(low_[path_.back()], low_[v]);
        }
    }

    void enter(std::size_t v) {
        number_[v] = low_[v] = ++count_;
        open_[v] = 1;
        path_.push_back(v);
        waiting_.push_back(static_cast<std::int32_t>(v));
    }

    void close(std::size_t v) {
        std::vector<std::int32_t> members;
        do {
            members.push_back(waiting_.back());
            waiting_.pop_back();
            open_[static_cast<std::size_t>(members.back())] = 0;
        } while (static_cast<std::size_t>(members.back()) != v);
        std::sort(members.begin(), members.end());
        found_.push_back(std::move(members));
    }

    // Found in the order of dependence; those that as many steps lead to together, by their first members.
    std::vector<std::vector<std::int32_t>> by_depth() {
        std::vector<std::int32_t> depth(next_.size(), 0);
        for (const auto& members : found_) {
            std::int32_t deepest = 0;
            for (const std::int32_t v : members) deepest = std::max(deepest, depth[at(v)]);
            for (const std::int32_t v : members) depth[at(v)] = deepest;
            for (const std::int32_t v : members)
                for (const std::int32_t to : next_[at(v)])
                    if (depth[at(to)] <= deepest && !is_of(members, to)) depth[at(to)] = deepest + 1;
        }
        std::sort(found_.begin(), found_.end(), [&](const auto& a, const auto& b) {
            return std::pair(depth[at(a[0])], a[0]) < std::pair(depth[at(b[0])], b[0]);
        });
        return std::move(found_);
    }

    static std::size_t at(std::int32_t v) { return static_cast<std::size_t>(v); }
    static bool is_of(const std::vector<std::int32_t>& members, std::int32_t v) {
        return std::binary_search(members.begin(), members.end(), v);
    }

    const std::vector<std::vector<std::int32_t>>& next_;
    std::vector<std::int64_t> number_, low_;
    std::vector<std::size_t> at_;
    std::vector<char> open_;
    std::vector<std::size_t> path_;
    std::vector<std::int32_t> waiting_;
    std::vector<std::vector<std::int32_t>> found_;
    std::int64_t count_ = 0;
};

}  // namespace

std::vector<std::vector<std::int32_t>> components(const std::vector<std::vector<std::int32_t>>& next) {
    return Search(next).run();
}

}  // namespace easterly::calculus
