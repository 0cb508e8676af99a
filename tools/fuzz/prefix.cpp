// Prefixes: text against itself written and read again, sets and nesting against a look at every prefix and address.
#include <algorithm>
#include <string>

#include "bytes.hpp"
#include "prefix/lookup.hpp"
#include "prefix/nest.hpp"
#include "prefix/objects.hpp"
#include "prefix/sets.hpp"
#include "prefix/text.hpp"

namespace {

using namespace easterly::prefix;
using fuzz::Bytes;

// Text as foreigners write it: the bytes themselves, or pieces of addresses.
std::string text(Bytes& bytes) {
    static const char* const pieces[] = {"0",  "1",    "255", "256", "01", "10.0.0.0", "fd00", "::", ":",  ".",    "/",
                                         "/8", "/128", "#",   "\n",  " ",  "%eth0",    "ffff", "g",  "\r", "1:2:3", "\t"};
    std::string made;
    const bool raw = bytes.flip();
    while (!bytes.done()) {
        const std::uint8_t byte = bytes.byte();
        if (raw)
            made.push_back(static_cast<char>(byte));
        else
            made += pieces[byte % std::size(pieces)];
    }
    return made;
}

void parsed(Bytes& bytes) {
    const bool bare = bytes.flip();
    const std::string given = text(bytes);
    const Parsed found = parse(given, bare);
    const auto lines = static_cast<std::int64_t>(std::count(given.begin(), given.end(), '\n')) + 1;
    HOLDS(found.family.size() == found.line.size() && found.fault_line.size() == found.fault_column.size());
    HOLDS(static_cast<std::int64_t>(found.line.size() + found.fault_line.size()) <= lines);
    HOLDS(std::is_sorted(found.line.begin(), found.line.end()));
    for (std::size_t i = 0; i < found.family.size(); ++i) {
        const Wide number = wide(found.made.hi[i], found.made.lo[i]);
        const int length = found.made.length[i];
        HOLDS(found.family[i] == 4 ? length <= 32 && number >> 32 == 0 : length <= 128);
        HOLDS((number & (found.family[i] == 4 ? Wide{host_bits<std::uint32_t>(length)} : host_bits<Wide>(length))) == 0);
    }
    const std::string written = format(found.family, found.made.columns(), bare);
    const Parsed again = parse(written, bare);
    HOLDS(again.fault_line.empty() && again.family == found.family && again.made.hi == found.made.hi);
    HOLDS(again.made.lo == found.made.lo && again.made.length == found.made.length);
    HOLDS(format(again.family, again.made.columns(), bare) == written);
}

// Arrays as foreigners write them: what is taken is copied, a line for each, and what is refused is told.
void written(Bytes& bytes) {
    static const char* const pieces[] = {"[", "]", "{", "}", ",", ":", "\"", "\\", "null", "1", "\"a\"", "\n", " ", "[]", "-"};
    Shape shape;
    for (std::int64_t n = bytes.within(0, 4); n-- > 0;) shape.names.push_back(",\"n\":");
    shape.keep = static_cast<std::size_t>(bytes.within(0, static_cast<std::int64_t>(shape.names.size())));
    const bool raw = bytes.flip(), whole = bytes.flip();
    std::string rows, places;
    while (!bytes.done()) {
        const std::uint8_t byte = bytes.byte();
        if (raw)
            rows.push_back(static_cast<char>(byte));
        else
            rows += pieces[byte % std::size(pieces)];
        if (whole || bytes.flip()) places += "p\n";
    }
    const Objects made = objects(rows, places, shape);
    const auto lines = static_cast<std::int64_t>(std::count(rows.begin(), rows.end(), '\n')) + 1;
    HOLDS(made.fault < lines && (made.fault < 0 || made.text.empty()));
    if (made.fault >= 0) return;
    const auto written = std::count(made.text.begin(), made.text.end(), '\n');
    HOLDS(rows.empty() ? made.text.empty() : written + 1 == lines - (rows.back() == '\n'));
}

Made rows(Bytes& bytes, int bits) {
    Made made;
    const bool near = bytes.flip();
    for (std::int64_t n = bytes.within(0, 30); n-- > 0;) {
        const int length = static_cast<int>(near ? bytes.within(bits - 10, bits) : bytes.within(0, bits));
        Wide first = wide(static_cast<std::uint64_t>(bytes.within(INT64_MIN, INT64_MAX)),
                          static_cast<std::uint64_t>(bytes.within(INT64_MIN, INT64_MAX)));
        if (near) first = bytes.flip() ? first & 0x3FF : ~(first & 0x3FF);
        if (bits == 32)
            made.add(static_cast<std::uint32_t>(first) & ~host_bits<std::uint32_t>(length), length);
        else
            made.add(static_cast<Wide>(first & ~host_bits<Wide>(length)), length);
    }
    return made;
}

Wide first_of(const Columns& rows, std::size_t i) { return wide(rows.hi[i], rows.lo[i]); }

Wide last_of(const Columns& rows, std::size_t i, int bits) {
    const int length = rows.length[i];
    return first_of(rows, i) | (bits == 32 ? Wide{host_bits<std::uint32_t>(length)} : host_bits<Wide>(length));
}

// The longest that holds an interval, the first of equals.
std::int64_t longest(const Columns& rows, Wide low, Wide high, int bits) {
    std::int64_t best = -1;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (first_of(rows, i) <= low && high <= last_of(rows, i, bits) &&
            (best < 0 || rows.length[i] > rows.length[static_cast<std::size_t>(best)]))
            best = static_cast<std::int64_t>(i);
    return best;
}

// Ends of all prefixes, and their neighbours: what may differ differs there.
std::vector<Wide> corners(int bits, std::initializer_list<const Made*> lists) {
    std::vector<Wide> at;
    const Wide top = bits == 32 ? Wide{~std::uint32_t{0}} : ~Wide{0};
    for (const Made* list : lists)
        for (std::size_t i = 0; i < list->length.size(); ++i)
            for (const Wide end : {first_of(list->columns(), i), last_of(list->columns(), i, bits)})
                for (const int step : {-1, 0, 1}) at.push_back((end + static_cast<Wide>(step)) & top);
    return at;
}

void sets(Bytes& bytes, int bits) {
    const Made one = rows(bytes, bits), two = rows(bytes, bits);
    const int keep = static_cast<int>(bytes.within(0, 7));
    const Made made = combine(bits, one.columns(), two.columns(), keep);
    const Columns found = made.columns();
    for (std::size_t i = 0; i < found.size(); ++i) HOLDS(i == 0 || last_of(found, i - 1, bits) < first_of(found, i));
    for (const Wide at : corners(bits, {&one, &two, &made})) {
        const bool in_one = longest(one.columns(), at, at, bits) >= 0, in_two = longest(two.columns(), at, at, bits) >= 0;
        const bool wanted = in_one && in_two ? keep & kBoth : in_one ? keep & kFirst : in_two ? keep & kSecond : false;
        HOLDS((longest(found, at, at, bits) >= 0) == wanted);
    }
    // The fewest: combining again changes nothing, and no two are halves of one.
    const Made again = combine(bits, found, {}, kFirst);
    HOLDS(again.hi == made.hi && again.lo == made.lo && again.length == made.length);
}

void nesting(Bytes& bytes, int bits) {
    const Made table = rows(bytes, bits), asked = rows(bytes, bits);
    const auto found = covering(bits, table.columns(), asked.columns());
    for (std::size_t i = 0; i < found.size(); ++i)
        HOLDS(found[i] == longest(table.columns(), first_of(asked.columns(), i), last_of(asked.columns(), i, bits), bits));
    const auto up = parents(bits, table.columns());
    for (std::size_t i = 0; i < up.size(); ++i) HOLDS(up[i] < 0 || up[i] != static_cast<std::int64_t>(i));
    const Lookup lookup(bits, table.columns());
    std::vector<std::uint64_t> hi, lo;
    for (const Wide at : corners(bits, {&table, &asked})) hi.push_back(high(at)), lo.push_back(low(at));
    std::vector<std::int32_t> row(lo.size());
    lookup.longest(hi, lo, row);
    for (std::size_t i = 0; i < row.size(); ++i)
        HOLDS(row[i] == longest(table.columns(), wide(hi[i], lo[i]), wide(hi[i], lo[i]), bits));
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const std::uint8_t kind = bytes.byte() % 6;
    if (kind == 0) parsed(bytes);
    if (kind == 1) sets(bytes, 32);
    if (kind == 2) sets(bytes, 128);
    if (kind == 3) nesting(bytes, 32);
    if (kind == 4) nesting(bytes, 128);
    if (kind == 5) written(bytes);
}
