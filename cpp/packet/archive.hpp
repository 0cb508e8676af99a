// The state of a simulation as bytes, and back into one that was made of the same input. Plain values are kept as they lie in
// memory, plain structs field by field; a class with private data says in `archive` what it holds. All sizes are in the
// bytes, so that a build whose structs differ refuses what another wrote.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "packet/fields.hpp"
#include "random/mix.hpp"

namespace easterly::packet {

// Where fields of these types end up one behind the other: what `archive` lists has to fill its class.
template <class... Field>
constexpr std::size_t laid_out() {
    std::size_t end = 0, most = 1;
    ((end = (end + alignof(Field) - 1) / alignof(Field) * alignof(Field) + sizeof(Field),
      most = alignof(Field) > most ? alignof(Field) : most),
     ...);
    return (end + most - 1) / most * most;
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsVariant : std::false_type {};
template <class... T>
struct IsVariant<std::variant<T...>> : std::true_type {};
template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};
template <class T>
struct IsPair : std::false_type {};
template <class A, class B>
struct IsPair<std::pair<A, B>> : std::true_type {};

class Archive {
public:
    explicit Archive(std::vector<std::uint8_t>& out) : out_(&out) {}
    explicit Archive(std::span<const std::uint8_t> in) : in_(in) {}
    bool saves() const { return out_ != nullptr; }
    bool at_end() const { return saves() || in_.empty(); }

    template <class... T>
    void operator()(T&... values) {
        (one(values), ...);
    }
    // All data of a class, in the order in which it is declared.
    template <class Of, class... T>
    void all_of(Of&, T&... values) {
        static_assert(laid_out<T...>() == sizeof(Of), "data that `archive` does not list, or lists in another order");
        (one(values), ...);
    }
    // A number that has to be the same on both sides.
    void same(std::uint64_t value, const char* what) {
        std::uint64_t there = value;
        raw(&there, sizeof there);
        if (there != value) throw std::invalid_argument(std::string("the checkpoint is of other ") + what);
    }

private:
    void raw(void* data, std::size_t size) {
        if (saves()) {
            const auto* const from = static_cast<const std::uint8_t*>(data);
            out_->insert(out_->end(), from, from + size);
            return;
        }
        if (size > in_.size()) throw std::invalid_argument("the checkpoint ends too early");
        if (size > 0) std::memcpy(data, in_.data(), size);
        in_ = in_.subspan(size);
    }

    template <class T>
    void one(T& value) {
        static_assert(!std::is_pointer_v<T>);
        if constexpr (requires { value.archive(*this); }) value.archive(*this);
        else if constexpr (IsVector<T>::value) vector(value);
        else if constexpr (IsVariant<T>::value) variant(value);
        else if constexpr (std::is_trivially_copyable_v<T>) {
            same(sizeof(T), "structs");
            raw(&value, sizeof(T));
        } else if constexpr (IsArray<T>::value) for (auto& each : value) one(each);
        else if constexpr (IsPair<T>::value) one(value.first), one(value.second);
        else with_fields(value, *this);
    }

    template <class T>
    void vector(std::vector<T>& values) {
        std::uint64_t size = values.size();
        raw(&size, sizeof size);
        if constexpr (std::is_default_constructible_v<T>) {
            // Every element takes a byte at least, so that a wrong size asks for no more memory than was given.
            if (size > (saves() ? size : in_.size())) throw std::invalid_argument("the checkpoint ends too early");
            if (!saves()) values.resize(size);
        } else if (size != values.size()) {
            throw std::invalid_argument("the checkpoint is of another input");
        }
        if constexpr (std::is_trivially_copyable_v<T> && !requires(T& t) { t.archive(*this); }) {
            same(sizeof(T), "structs");
            raw(values.data(), size * sizeof(T));
        } else {
            for (T& each : values) one(each);
        }
    }

    void vector(std::vector<bool>& values) {
        same(values.size(), "input");
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::uint8_t bit = values[i];
            raw(&bit, 1);
            values[i] = bit & 1;
        }
    }

    template <class... T>
    void variant(std::variant<T...>& value) {
        same(value.index(), "input");
        std::visit([&](auto& held) { one(held); }, value);
    }

    std::vector<std::uint8_t>* out_ = nullptr;
    std::span<const std::uint8_t> in_;
};

// Of all bytes, eight at a time.
inline std::uint64_t digest(std::span<const std::uint8_t> bytes) {
    std::uint64_t state = random::mix(0x656173746572ULL, bytes.size());
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i));
        state = random::mix(state, word);
    }
    return state;
}

}  // namespace easterly::packet
