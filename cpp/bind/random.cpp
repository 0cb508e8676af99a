#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "random/mix.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

auto mix64(In2<std::uint64_t> words) {
    const std::size_t rows = words.shape(0), columns = words.shape(1);
    std::vector<std::uint64_t> mixed(rows);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) mixed[i] = easterly::random::mix(mixed[i], words.data()[i * columns + j]);
    return give(std::move(mixed));
}

auto uniform(In<std::uint64_t> stream, std::int64_t count) {
    if (count < 0) refuse("count is " + std::to_string(count) + ", not a number of draws");
    const auto columns = static_cast<std::size_t>(count);
    const auto streams = view(stream);
    std::vector<double> drawn(streams.size() * columns);
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const std::uint64_t named = easterly::random::mix(0, streams[i]);
        for (std::size_t j = 0; j < columns; ++j)
            drawn[i * columns + j] = easterly::random::unit(easterly::random::mix(named, j));
    }
    return give(std::move(drawn), streams.size(), columns);
}

}  // namespace

void random(nb::module_& m) {
    m.def("mix64", &mix64, "words"_a.noconvert(), "Mix each row of integers into one: `easterly.base.seeds.mix` of the row.");
    m.def("uniform", &uniform, "stream"_a.noconvert(), "count"_a,
          "Numbers in [0, 1): the upper 53 bits of mix(stream, 0), mix(stream, 1), ..., one row per stream.");
}

}  // namespace easterly::bind
