#include <nanobind/stl/vector.h>

#include "bind/arrays.hpp"
#include "bind/hash_docs.hpp"
#include "bind/rooms.hpp"
#include "hash/affine.hpp"
#include "hash/keyed.hpp"
#include "hash/packets.hpp"
#include "hash/reduce.hpp"
#include "hash/rendezvous.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using Fields = std::vector<In2<std::uint8_t>>;

constexpr std::int64_t kMostEntries = std::int64_t{1} << 24;
constexpr std::int64_t kMostSlots = std::int64_t{1} << 28;

hash::Rows rows(const Fields& fields) {
    hash::Rows made;
    if (fields.empty()) refuse("fields is empty");
    made.count = fields.front().shape(0);
    for (const auto& field : fields) {
        if (field.shape(0) != made.count)
            refuse("fields have " + std::to_string(made.count) + " and " + std::to_string(field.shape(0)) + " rows");
        made.fields.push_back({field.data(), field.shape(1)});
    }
    return made;
}

auto affine(Fields fields, In2<std::uint32_t> table, std::uint32_t constant) {
    const hash::Rows message = rows(fields);
    if (table.shape(0) != message.width() || table.shape(1) != 256)
        refuse("table is " + std::to_string(table.shape(0)) + " x " + std::to_string(table.shape(1)) + ", not " +
               std::to_string(message.width()) + " x 256");
    std::vector<std::uint32_t> made(message.count);
    {
        nb::gil_scoped_release released;
        hash::affine(message, {table.data(), table.size()}, constant, made);
    }
    return give(std::move(made));
}

auto siphash(Fields fields, std::uint64_t key0, std::uint64_t key1) {
    const hash::Rows message = rows(fields);
    std::vector<std::uint64_t> made(message.count);
    {
        nb::gil_scoped_release released;
        hash::siphash(message, key0, key1, made);
    }
    return give(std::move(made));
}

auto jhash(Fields fields, std::uint32_t initial) {
    const hash::Rows message = rows(fields);
    std::vector<std::uint32_t> made(message.count);
    {
        nb::gil_scoped_release released;
        hash::jhash(message, initial, made);
    }
    return give(std::move(made));
}

auto rendezvous(In<std::uint64_t> hash, In<std::uint64_t> name, In<double> weight) {
    same_length("weight", view(weight).size(), "member", view(name).size());
    at_least("weight", view(weight), 0.0, false);
    std::vector<std::int32_t> member(view(hash).size());
    {
        nb::gil_scoped_release released;
        hash::rendezvous(view(hash), view(name), view(weight), member);
    }
    return give(std::move(member));
}

void check_packets(const In<std::int32_t>& flow, const In<double>& time, const In<double>& size) {
    same_length("time", view(time).size(), "packet", view(flow).size());
    same_length("size", view(size).size(), "packet", view(flow).size());
    in_range("flow", view(flow), std::int64_t{1} << 31);
    at_least("time", view(time), 0.0, false);
    at_least("size", view(size), 0.0, false);
    for (std::size_t i = 1; i < view(time).size(); ++i)
        if (view(time)[i] < view(time)[i - 1])
            refuse(entry("time", i, std::to_string(view(time)[i])) + ", before the packet that precedes it");
}

auto spray(In<std::int32_t> flow, In<double> time, In<double> size, In<double> rate, In<double> delay,
           std::int64_t choice, double gap, std::int64_t slots, std::uint64_t seed) {
    check_packets(flow, time, size);
    if (view(rate).empty()) refuse("rate is empty: there is no member");
    same_length("delay", view(delay).size(), "member", view(rate).size());
    at_least("rate", view(rate), 0.0, true);
    at_least("delay", view(delay), 0.0, false);
    if (choice < 0 || choice > 5) refuse("choice is " + std::to_string(choice) + ", not within 0..5");
    if (!(gap >= 0.0)) refuse("gap is " + std::to_string(gap) + ", not a time");
    if (slots < 1 || slots > kMostSlots) refuse("slots is " + std::to_string(slots) + ", not within 1..2^28");
    const std::size_t packets = view(flow).size();
    std::vector<std::int32_t> member(packets);
    std::vector<double> arrival(packets);
    {
        nb::gil_scoped_release released;
        hash::spray({view(flow), view(time), view(size)}, {view(rate), view(delay)},
                    static_cast<hash::Choice>(choice), {gap, static_cast<std::size_t>(slots)}, seed, member, arrival);
    }
    return nb::make_tuple(give(std::move(member)), give(std::move(arrival)));
}

auto overtaken(In<std::int32_t> flow, In<double> arrival, std::int64_t n_flows) {
    same_length("arrival", view(arrival).size(), "packet", view(flow).size());
    if (n_flows < 0 || n_flows > 0x7fffffff)
        refuse("n_flows is " + std::to_string(n_flows) + ", not a number of flows");
    in_range("flow", view(flow), n_flows);
    at_least("arrival", view(arrival), 0.0, false);
    std::vector<double> late(view(flow).size());
    {
        nb::gil_scoped_release released;
        hash::overtaken(view(flow), view(arrival), static_cast<std::size_t>(n_flows), late);
    }
    return give(std::move(late));
}

void check_group(const In<double>& weight, const char* name, std::int64_t entries, std::int64_t least) {
    at_least("weight", view(weight), 0.0, false);
    if (entries < 0 || entries > kMostEntries)
        refuse(std::string(name) + " is " + std::to_string(entries) + ", not within 0..2^24");
    if (least < 0 || least > 1) refuse("least is " + std::to_string(least) + ", not 0 or 1");
}

auto reduction_curve(In<double> weight, std::int64_t most, std::int64_t least) {
    check_group(weight, "most", most, least);
    hash::Curve curve;
    {
        nb::gil_scoped_release released;
        curve = hash::reduction_curve(view(weight), most, static_cast<int>(least));
    }
    return nb::make_tuple(give(std::move(curve.entries)), give(std::move(curve.error)));
}

auto apportion(In<double> weight, std::int64_t total, std::int64_t least) {
    check_group(weight, "total", total, least);
    std::vector<std::int64_t> entries(view(weight).size());
    {
        nb::gil_scoped_release released;
        hash::apportion(view(weight), total, static_cast<int>(least), entries);
    }
    return give(std::move(entries));
}

}  // namespace

void hash(nb::module_& m) {
    m.def("affine", &affine, "fields"_a.noconvert(), "table"_a.noconvert(), "constant"_a, kAffine);
    m.def("siphash", &siphash, "fields"_a.noconvert(), "key0"_a, "key1"_a, kSiphash);
    m.def("jhash", &jhash, "fields"_a.noconvert(), "initial"_a, kJhash);
    m.def("rendezvous", &rendezvous, "hash"_a.noconvert(), "name"_a.noconvert(), "weight"_a.noconvert(), kRendezvous);
    m.def("spray", &spray, "flow"_a.noconvert(), "time"_a.noconvert(), "size"_a.noconvert(), "rate"_a.noconvert(),
          "delay"_a.noconvert(), "choice"_a, "gap"_a, "slots"_a, "seed"_a, kSpray);
    m.def("overtaken", &overtaken, "flow"_a.noconvert(), "arrival"_a.noconvert(), "n_flows"_a, kOvertaken);
    m.def("reduction_curve", &reduction_curve, "weight"_a.noconvert(), "most"_a, "least"_a, kCurve);
    m.def("apportion", &apportion, "weight"_a.noconvert(), "total"_a, "least"_a, kApportion);
}

}  // namespace easterly::bind
