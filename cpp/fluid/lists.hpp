// Many short lists that grow and shrink.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace easterly::fluid {

// In a few large blocks. Each has room for a power of two; what it leaves behind when it grows is given to the next that needs as much.
template <class T>
class Lists {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit Lists(std::size_t count = 0) : list_(count) {}

    void resize(std::size_t count) { list_.resize(count); }
    std::int32_t length(std::size_t i) const { return list_[i].length; }
    // Until this list grows.
    std::span<T> of(std::size_t i) { return {list_[i].first, static_cast<std::size_t>(list_[i].length)}; }
    void clear(std::size_t i) { list_[i].length = 0; }
    void reserve(std::size_t i, std::size_t length) {
        if (length > static_cast<std::size_t>(list_[i].room)) move(list_[i], std::bit_ceil(std::max(length, kLeast)));
    }
    void push(std::size_t i, const T& value) {
        List& list = list_[i];
        if (list.length == list.room) reserve(i, static_cast<std::size_t>(list.length) + 1);
        list.first[list.length++] = value;
    }
    void pop(std::size_t i) { --list_[i].length; }

private:
    static constexpr std::size_t kLeast = 4, kBlock = 1 << 12;
    struct List {
        T* first = nullptr;
        std::int32_t length = 0;
        std::int32_t room = 0;
    };

    std::vector<T*>& spare(std::size_t room) { return spare_[static_cast<std::size_t>(std::countr_zero(room))]; }
    void move(List& list, std::size_t room) {
        T* const to = take(room);
        std::copy_n(list.first, list.length, to);
        if (list.room > 0) spare(static_cast<std::size_t>(list.room)).push_back(list.first);
        list.first = to;
        list.room = static_cast<std::int32_t>(room);
    }
    T* take(std::size_t room) {
        auto& spare_of = spare(room);
        if (!spare_of.empty()) {
            T* const found = spare_of.back();
            spare_of.pop_back();
            return found;
        }
        if (room > left_) {
            left_ = std::max(room, kBlock);
            next_ = block_.emplace_back(std::make_unique_for_overwrite<T[]>(left_)).get();
        }
        left_ -= room;
        return std::exchange(next_, next_ + room);
    }

    std::vector<List> list_;
    std::vector<std::unique_ptr<T[]>> block_;
    T* next_ = nullptr;                      // what is left of the last block
    std::size_t left_ = 0;
    std::array<std::vector<T*>, 32> spare_;  // by the logarithm of their room
};

}  // namespace easterly::fluid
