// A 4-ary heap of (key, value); of equal keys the lower value comes first.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace easterly::paths {

template <class Key, class Value = std::int32_t>
class Heap {
public:
    struct Entry {
        Key key;
        Value value;
        bool operator<(const Entry& other) const {
            return key < other.key || (!(other.key < key) && value < other.value);
        }
    };

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    void clear() { entries_.clear(); }
    const Entry& top() const { return entries_.front(); }

    void push(Key key, Value value) {
        const Entry entry{key, value};
        std::size_t hole = entries_.size();
        entries_.push_back(entry);
        while (hole > 0) {
            const std::size_t parent = (hole - 1) / 4;
            if (!(entry < entries_[parent])) break;
            entries_[hole] = entries_[parent];
            hole = parent;
        }
        entries_[hole] = entry;
    }

    Entry pop() {
        const Entry first = entries_.front(), last = entries_.back();
        entries_.pop_back();
        const std::size_t size = entries_.size();
        std::size_t hole = 0;
        for (std::size_t child = 1; child < size; child = 4 * hole + 1) {
            std::size_t least = child;
            for (std::size_t c = child + 1; c < child + 4 && c < size; ++c)
                if (entries_[c] < entries_[least]) least = c;
            if (!(entries_[least] < last)) break;
            entries_[hole] = entries_[least];
            hole = least;
        }
        if (size > 0) entries_[hole] = last;
        return first;
    }

private:
    std::vector<Entry> entries_;
};

}  // namespace easterly::paths
