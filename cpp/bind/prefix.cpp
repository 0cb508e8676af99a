#include <memory>

#include "bind/arrays.hpp"
#include "bind/prefix_docs.hpp"
#include "bind/rooms.hpp"
#include "prefix/lookup.hpp"
#include "prefix/nest.hpp"
#include "prefix/objects.hpp"
#include "prefix/sets.hpp"
#include "prefix/text.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using prefix::Columns;
using prefix::Wide;
using Words = In<std::uint64_t>;
using Lengths = In<std::uint8_t>;

constexpr std::int64_t kMostRows = std::int64_t{1} << 30;

int family_bits(std::int64_t bits) {
    if (bits != 32 && bits != 128) refuse("bits is " + std::to_string(bits) + ", not 32 or 128");
    return static_cast<int>(bits);
}

// No bits beyond the length, none beyond 32 in IPv4.
bool fits(int bits, const Columns& rows, std::size_t i) {
    if (rows.length[i] > bits) return false;
    if (bits == 32) return rows.hi[i] == 0 && rows.lo[i] >> 32 == 0 &&
                           (rows.lo[i] & prefix::host_bits<std::uint32_t>(rows.length[i])) == 0;
    return (prefix::wide(rows.hi[i], rows.lo[i]) & prefix::host_bits<Wide>(rows.length[i])) == 0;
}

Columns columns(int bits, const Words& hi, const Words& lo, const Lengths& length) {
    const Columns rows{view(hi), view(lo), view(length)};
    same_length("hi", rows.hi.size(), "length", rows.size());
    same_length("lo", rows.lo.size(), "length", rows.size());
    if (static_cast<std::int64_t>(rows.size()) > kMostRows)
        refuse(std::to_string(rows.size()) + " prefixes are more than 2^30");
    bool fine = true;  // first all at once, without a branch for each
    for (std::size_t i = 0; i < rows.size(); ++i) fine &= fits(bits, rows, i);
    if (fine) return rows;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!fits(bits, rows, i))
            refuse("row " + std::to_string(i) + " is no prefix of " + std::to_string(bits) + " bits: " +
                   std::to_string(rows.hi[i]) + " and " + std::to_string(rows.lo[i]) + " with length " +
                   std::to_string(rows.length[i]));
    return rows;
}

auto hand(prefix::Made&& made) {
    return nb::make_tuple(give(std::move(made.hi)), give(std::move(made.lo)), give(std::move(made.length)));
}

auto combine(std::int64_t bits, Words hi, Words lo, Lengths length, Words other_hi, Words other_lo,
             Lengths other_length, std::int64_t keep) {
    const int wide = family_bits(bits);
    const Columns one = columns(wide, hi, lo, length), two = columns(wide, other_hi, other_lo, other_length);
    if (keep < 0 || keep > 7) refuse("keep is " + std::to_string(keep) + ", not within 0..7");
    prefix::Made made;
    {
        nb::gil_scoped_release released;
        made = prefix::combine(wide, one, two, static_cast<int>(keep));
    }
    return hand(std::move(made));
}

std::vector<Wide> addresses(int bits, const char* name, const Words& hi, const Words& lo) {
    same_length("hi", view(hi).size(), "lo", view(lo).size());
    std::vector<Wide> made(view(lo).size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i] = prefix::wide(view(hi)[i], view(lo)[i]);
        if (bits == 32 && made[i] >> 32 != 0) refuse(entry(name, i, "no address of 32 bits"));
    }
    return made;
}

auto ranges(std::int64_t bits, Words low_hi, Words low_lo, Words high_hi, Words high_lo) {
    const int wide = family_bits(bits);
    const std::vector<Wide> low = addresses(wide, "low", low_hi, low_lo);
    const std::vector<Wide> high = addresses(wide, "high", high_hi, high_lo);
    same_length("high", high.size(), "low", low.size());
    for (std::size_t i = 0; i < low.size(); ++i)
        if (low[i] > high[i]) refuse(entry("low", i, "above its high"));
    prefix::Split made;
    {
        nb::gil_scoped_release released;
        made = prefix::ranges(wide, low, high);
    }
    return nb::make_tuple(give(std::move(made.ptr)), give(std::move(made.made.hi)), give(std::move(made.made.lo)),
                          give(std::move(made.made.length)));
}

auto covering(std::int64_t bits, Words hi, Words lo, Lengths length, Words asked_hi, Words asked_lo,
              Lengths asked_length) {
    const int wide = family_bits(bits);
    const Columns table = columns(wide, hi, lo, length), asked = columns(wide, asked_hi, asked_lo, asked_length);
    std::vector<std::int64_t> found;
    {
        nb::gil_scoped_release released;
        found = prefix::covering(wide, table, asked);
    }
    return give(std::move(found));
}

auto parents(std::int64_t bits, Words hi, Words lo, Lengths length) {
    const int wide = family_bits(bits);
    const Columns list = columns(wide, hi, lo, length);
    std::vector<std::int64_t> found;
    {
        nb::gil_scoped_release released;
        found = prefix::parents(wide, list);
    }
    return give(std::move(found));
}

auto parse(nb::bytes text, bool bare) {
    const std::string_view all(text.c_str(), text.size());
    prefix::Parsed found;
    {
        nb::gil_scoped_release released;
        found = prefix::parse(all, bare);
    }
    return nb::make_tuple(give(std::move(found.family)), give(std::move(found.made.hi)), give(std::move(found.made.lo)),
                          give(std::move(found.made.length)), give(std::move(found.line)),
                          give(std::move(found.fault_line)), give(std::move(found.fault_column)));
}

auto format(Lengths family, Words hi, Words lo, Lengths length, bool bare) {
    same_length("family", view(family).size(), "length", view(length).size());
    same_length("hi", view(hi).size(), "length", view(length).size());
    same_length("lo", view(lo).size(), "length", view(length).size());
    const Columns rows{view(hi), view(lo), view(length)};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const int known = view(family)[i];
        if (known != 4 && known != 6) refuse(entry("family", i, std::to_string(known)) + ", not 4 or 6");
        if (rows.length[i] > (known == 4 ? 32 : 128) || (known == 4 && (rows.hi[i] != 0 || rows.lo[i] >> 32 != 0)))
            refuse("row " + std::to_string(i) + " is no prefix of its family");
    }
    std::string text;
    {
        nb::gil_scoped_release released;
        text = prefix::format(view(family), rows, bare);
    }
    return nb::bytes(text.data(), text.size());
}

std::string_view view_of(const nb::bytes& text) { return {text.c_str(), text.size()}; }

auto objects(nb::bytes rows, nb::bytes places, nb::bytes names, std::int64_t keep, nb::bytes before, nb::bytes head,
             nb::bytes tail) {
    prefix::Shape shape;
    for (std::string_view left = view_of(names); !left.empty();) {
        const std::size_t stop = std::min(left.find('\n'), left.size());
        shape.names.push_back(",\"" + std::string(left.substr(0, stop)) + "\":");
        left.remove_prefix(std::min(stop + 1, left.size()));
    }
    if (keep < 0 || static_cast<std::size_t>(keep) > shape.names.size())
        refuse("keep is " + std::to_string(keep) + ", not within 0.." + std::to_string(shape.names.size()));
    shape.keep = static_cast<std::size_t>(keep);
    shape.before = view_of(before);
    const std::string_view lines = view_of(rows), where = view_of(places), first = view_of(head), last = view_of(tail);
    const std::size_t most = first.size() + prefix::most_B(lines, where, shape) + last.size();
    // Into the object that is returned: memory is not touched twice, which would take longer than to fill it.
    PyObject* text = PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(most));
    if (text == nullptr) throw nb::python_error();
    nb::bytes made = nb::steal<nb::bytes>(text);
    char* const begin = PyBytes_AS_STRING(text);
    prefix::Written written;
    {
        nb::gil_scoped_release released;
        std::copy(first.begin(), first.end(), begin);
        written = prefix::objects(lines, where, shape, begin + first.size());
        std::copy(last.begin(), last.end(), begin + first.size() + written.size_B);
    }
    if (written.fault >= 0)
        refuse("row " + std::to_string(written.fault) + " is no array of the named elements with a place");
    text = made.release().ptr();
    if (_PyBytes_Resize(&text, static_cast<Py_ssize_t>(first.size() + written.size_B + last.size())) != 0)
        throw nb::python_error();
    return nb::steal<nb::bytes>(text);
}

class Lookup {
public:
    Lookup(std::int64_t bits, Words hi, Words lo, Lengths length) {
        const int wide = family_bits(bits);
        const Columns table = columns(wide, hi, lo, length);
        nb::gil_scoped_release released;
        made_ = std::make_unique<prefix::Lookup>(wide, table);
    }

    auto longest(Words hi, Words lo) const {
        same_length("hi", view(hi).size(), "address", view(lo).size());
        std::vector<std::int32_t> row(view(lo).size());
        std::uint64_t beyond = 0;
        {
            nb::gil_scoped_release released;
            if (made_->family_bits() == 32)
                for (std::size_t i = 0; i < row.size(); ++i) beyond |= view(hi)[i] | view(lo)[i] >> 32;
            if (beyond == 0) made_->longest(view(hi), view(lo), row);
        }
        if (beyond != 0) refuse("lo holds a number beyond 32 bits, or hi is not 0");
        return give(std::move(row));
    }

    nb::dict state() const {
        nb::dict all;
        all["direct_bits"] = made_->direct_bits();
        all["nodes"] = made_->nodes();
        all["answers"] = made_->answers();
        all["memory_B"] = made_->memory_B();
        return all;
    }

private:
    std::unique_ptr<prefix::Lookup> made_;
};

}  // namespace

void prefix_sets(nb::module_& m) {
    m.def("combine", &combine, "bits"_a, "hi"_a.noconvert(), "lo"_a.noconvert(), "length"_a.noconvert(),
          "other_hi"_a.noconvert(), "other_lo"_a.noconvert(), "other_length"_a.noconvert(), "keep"_a, kCombine);
    m.def("ranges", &ranges, "bits"_a, "low_hi"_a.noconvert(), "low_lo"_a.noconvert(), "high_hi"_a.noconvert(),
          "high_lo"_a.noconvert(), kRanges);
    m.def("covering", &covering, "bits"_a, "hi"_a.noconvert(), "lo"_a.noconvert(), "length"_a.noconvert(),
          "asked_hi"_a.noconvert(), "asked_lo"_a.noconvert(), "asked_length"_a.noconvert(), kCovering);
    m.def("parents", &parents, "bits"_a, "hi"_a.noconvert(), "lo"_a.noconvert(), "length"_a.noconvert(), kParents);
    m.def("parse", &parse, "text"_a, "bare"_a, kParse);
    m.def("format", &format, "family"_a.noconvert(), "hi"_a.noconvert(), "lo"_a.noconvert(), "length"_a.noconvert(),
          "bare"_a, kFormat);
    m.def("objects", &objects, "rows"_a, "places"_a, "names"_a, "keep"_a, "before"_a, "head"_a, "tail"_a,
          kObjects);
    nb::class_<Lookup>(m, "Lookup", kLookup)
        .def(nb::init<std::int64_t, Words, Words, Lengths>(), "bits"_a, "hi"_a.noconvert(), "lo"_a.noconvert(),
             "length"_a.noconvert())
        .def("longest", &Lookup::longest, "hi"_a.noconvert(), "lo"_a.noconvert(), kLongest)
        .def_prop_ro("state", &Lookup::state, kLookupState);
}

}  // namespace easterly::bind
