#include "bind/arrays.hpp"
#include "bind/rooms.hpp"
#include "random/mix.hpp"
#include "random/normal.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;

constexpr const char* kMix64 = R"(Mix each row of integers into one: `easterly.base.seeds.mix` of the row.

The SplitMix64 finaliser (Steele, Lea & Flood 2014, OOPSLA), once per word.

Parameters
----------
words : (N, K) uint64

Returns
-------
(N,) uint64

Raises
------
TypeError
    Another type or shape.)";

constexpr const char* kUniform = R"(Numbers in [0, 1), one row per stream.

Draw i of a stream is the upper 53 bits of mix(stream, i), so a stream can be continued and none disturbs another.

Parameters
----------
stream : (N,) uint64
count : int

Returns
-------
(N, count) float64

Raises
------
ValueError
    A negative count.)";

constexpr const char* kNormal = R"(Numbers of mean 0 and variance 1 under the normal law, one row per stream.

Draw i of a stream is the normal quantile (Wichura 1988, AS 241) at the middle of cell mix(stream, i) >> 12 of 2^52.

Parameters
----------
stream : (N,) uint64
count : int

Returns
-------
(N, count) float64

Raises
------
ValueError
    A negative count.)";

auto mix64(In2<std::uint64_t> words) {
    const std::size_t rows = words.shape(0), columns = words.shape(1);
    std::vector<std::uint64_t> mixed(rows);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            mixed[i] = easterly::random::mix(mixed[i], words.data()[i * columns + j]);
    return give(std::move(mixed));
}

// (N, count) draws: draw(name of the stream, index).
template <class Draw>
auto drawn(In<std::uint64_t> stream, std::int64_t count, Draw draw) {
    if (count < 0) refuse("count is " + std::to_string(count) + ", not a number of draws");
    const auto columns = static_cast<std::size_t>(count);
    const auto streams = view(stream);
    std::vector<double> made(streams.size() * columns);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < streams.size(); ++i) {
            const std::uint64_t named = easterly::random::mix(0, streams[i]);
            for (std::size_t j = 0; j < columns; ++j) made[i * columns + j] = draw(named, j);
        }
    }
    return give(std::move(made), streams.size(), columns);
}

auto uniform(In<std::uint64_t> stream, std::int64_t count) {
    using namespace easterly::random;
    return drawn(stream, count, [](std::uint64_t named, std::uint64_t j) { return unit(mix(named, j)); });
}

auto normal(In<std::uint64_t> stream, std::int64_t count) { return drawn(stream, count, easterly::random::normal); }

}  // namespace

void random(nb::module_& m) {
    m.def("mix64", &mix64, "words"_a.noconvert(), kMix64);
    m.def("uniform", &uniform, "stream"_a.noconvert(), "count"_a,
          kUniform);
    m.def("normal", &normal, "stream"_a.noconvert(), "count"_a, kNormal);
}

}  // namespace easterly::bind
