// Many short lists that grow and shrink.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace easterly::fluid {

// In one array, where each has room for a power of two; room that a list has left behind is given to the next that needs as much.
template <class T>
class Lists {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit Lists(std::size_t count = 0) : where_(count) {}

    std::size_t size() const { return where_.size(); }
    void resize(std::size_t count) { where_.resize(count); }
    std::int32_t length(std::size_t i) const { return where_[i].length; }
    // Until any list grows.
    std::span<T> of(std::size_t i) { return {room_.data() + where_[i].first, static_cast<std::size_t>(where_[i].length)}; }
    void clear(std::size_t i) { where_[i].length = 0; }
    void reserve(std::size_t i, std::size_t length) {
        if (length > static_cast<std::size_t>(where_[i].room)) move(i, std::bit_ceil(std::max(length, kLeast)));
    }
    void pop(std::size_t i) { --where_[i].length; }
    void push(std::size_t i, const T& value) {
        Where& it = where_[i];
        if (it.length == it.room) reserve(i, static_cast<std::size_t>(it.length) + 1);
        room_[it.first + static_cast<std::size_t>(it.length++)] = value;
    }

private:
    static constexpr std::size_t kLeast = 4;
    struct Where {
        std::size_t first = 0;
        std::int32_t length = 0;
        std::int32_t room = 0;
    };

    std::vector<std::size_t>& spare(std::size_t room) { return spare_[static_cast<std::size_t>(std::countr_zero(room))]; }
    void move(std::size_t i, std::size_t room) {
        const std::size_t to = take(room);
        Where& it = where_[i];
        for (std::size_t k = 0; k < static_cast<std::size_t>(it.length); ++k) room_[to + k] = room_[it.first + k];
        if (it.room > 0) spare(static_cast<std::size_t>(it.room)).push_back(it.first);
        it.first = to;
        it.room = static_cast<std::int32_t>(room);
    }
    std::size_t take(std::size_t room) {
        auto& left = spare(room);
        std::size_t to = used_;
        if (left.empty()) {
            used_ += room;
            if (used_ > room_.size()) room_.resize(2 * used_);
        } else {
            to = left.back();
            left.pop_back();
        }
        return to;
    }

    std::vector<T> room_;
    std::size_t used_ = 0;  // of it
    std::vector<Where> where_;
    std::array<std::vector<std::size_t>, 32> spare_;  // by the logarithm of their room
};

}  // namespace easterly::fluid
