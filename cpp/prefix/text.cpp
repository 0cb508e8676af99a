#include "prefix/text.hpp"

#include <algorithm>
#include <array>

namespace easterly::prefix {

namespace {

// Reads from the left; every reader says whether it found what it looks for.
struct Reader {
    const char* at;
    const char* end;

    bool done() const { return at == end; }
    char next() const { return at == end ? '\0' : *at; }

    bool take(char wanted) {
        if (next() != wanted || at == end) return false;
        ++at;
        return true;
    }

    // A number in digits up to `most`, with no zero before others.
    bool number(int most, int& value) {
        const char* const begin = at;
        value = 0;
        while (!done() && *at >= '0' && *at <= '9') {
            if (at - begin == 3) return false;
            value = value * 10 + (*at++ - '0');
        }
        return at != begin && (*begin != '0' || at - begin == 1) && value <= most;
    }

    bool dotted(std::uint32_t& value) {
        value = 0;
        for (int i = 0; i < 4; ++i) {
            int part;
            if ((i > 0 && !take('.')) || !number(255, part)) return false;
            value = value << 8 | static_cast<std::uint32_t>(part);
        }
        return true;
    }

    bool group(std::uint32_t& value) {
        const char* const begin = at;
        value = 0;
        for (; !done(); ++at) {
            const char c = *at;
            const int digit = c >= '0' && c <= '9' ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) break;
            if (at - begin == 4) return false;
            value = value << 4 | static_cast<std::uint32_t>(digit);
        }
        return at != begin;
    }

    // Eight groups, fewer with one ::, the last two of them dotted or not.
    bool colons(Wide& value) {
        std::array<std::uint32_t, 8> groups{};
        int count = 0, gap = -1;
        if (take(':')) {
            if (!take(':')) return false;
            gap = 0;
        }
        while (count < 8 && !done() && next() != '/') {
            if (count > 0 && count != gap && !take(':')) return false;
            if (count > 0 && count != gap && next() == ':') {
                if (gap >= 0) return false;
                ++at;
                gap = count;
                continue;
            }
            const Reader before = *this;
            if (!group(groups[static_cast<std::size_t>(count)])) return false;
            if (next() == '.' && count <= 6) {
                *this = before;
                std::uint32_t last;
                if (!dotted(last)) return false;
                groups[static_cast<std::size_t>(count)] = last >> 16;
                groups[static_cast<std::size_t>(count) + 1] = last & 0xFFFF;
                count += 2;
                break;
            }
            ++count;
        }
        if (gap < 0 ? count != 8 : count > 7) {
            // Eight groups and a :: at the end are one too many.
            return false;
        }
        value = 0;
        for (int i = 0; i < (gap < 0 ? 8 : gap); ++i) value = value << 16 | groups[static_cast<std::size_t>(i)];
        if (gap < 0) return true;
        Wide tail = 0;
        for (int i = gap; i < count; ++i) tail = tail << 16 | groups[static_cast<std::size_t>(i)];
        value = gap == 0 ? tail : value << (16 * (8 - gap)) | tail;
        return true;
    }
};

bool has_colon(std::string_view text) { return text.find(':') != std::string_view::npos; }

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

One parse_one(std::string_view text, bool bare) {
    Reader reader{text.data(), text.data() + text.size()};
    One one;
    const bool six = has_colon(text);
    const int bits = six ? 128 : 32;
    if (six) {
        if (!reader.colons(one.number)) return {};
    } else {
        std::uint32_t number;
        if (!reader.dotted(number)) return {};
        one.number = number;
    }
    one.length = bits;
    if (!(bare && reader.done()) && !(reader.take('/') && reader.number(bits, one.length) && reader.done())) return {};
    const Wide beyond = six ? host_bits<Wide>(one.length) : Wide{host_bits<std::uint32_t>(one.length)};
    if (one.number & beyond) return {};
    one.family = six ? 6 : 4;
    return one;
}

Parsed parse(std::string_view text, bool bare) {
    Parsed found;
    std::int64_t line = 0;
    for (std::size_t begin = 0; begin < text.size(); ++line) {
        const std::size_t stop = std::min(text.find('\n', begin), text.size());
        std::string_view row = text.substr(begin, stop - begin);
        begin = stop + 1;
        if (const std::size_t mark = row.find('#'); mark != std::string_view::npos) row = row.substr(0, mark);
        std::size_t left = 0, right = row.size();
        while (left < right && blank(row[left])) ++left;
        while (right > left && blank(row[right - 1])) --right;
        if (left == right) continue;
        const One one = parse_one(row.substr(left, right - left), bare);
        if (one.family == 0) {
            found.fault_line.push_back(line + 1);
            found.fault_column.push_back(static_cast<std::int32_t>(std::min<std::size_t>(left, INT32_MAX - 1) + 1));
            continue;
        }
        found.family.push_back(static_cast<std::uint8_t>(one.family));
        found.made.add(one.number, one.length);
        found.line.push_back(line + 1);
    }
    return found;
}

namespace {

void write_number(std::string& out, unsigned value) {
    if (value >= 100) out.push_back(static_cast<char>('0' + value / 100));
    if (value >= 10) out.push_back(static_cast<char>('0' + value / 10 % 10));
    out.push_back(static_cast<char>('0' + value % 10));
}

void write_dotted(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        write_number(out, value >> shift & 255);
        if (shift > 0) out.push_back('.');
    }
}

void write_group(std::string& out, unsigned value) {
    for (int shift = value > 0xFFF ? 12 : value > 0xFF ? 8 : value > 0xF ? 4 : 0; shift >= 0; shift -= 4)
        out.push_back("0123456789abcdef"[value >> shift & 15]);
}

// RFC 5952 section 5, for the prefixes of RFC 4291 and RFC 2765 that it names, and that of RFC 6052 section 2.4.
bool mixed(std::uint64_t hi, std::uint64_t lo) {
    return (hi == 0 && (lo >> 32 == 0xFFFF || lo >> 32 == 0xFFFF'0000)) || (hi == 0x0064'FF9B'0000'0000 && lo >> 32 == 0);
}

// Bits before an embedded IPv4 address: a prefix of no more holds none.
constexpr int kEmbedded = 96;

struct Run {
    int first = 8, count = 0;
};

// The first longest run of zero groups, of two at least.
Run longest_run(const std::array<unsigned, 8>& groups, int count) {
    Run best;
    for (int i = 0; i < count;) {
        int end = i;
        while (end < count && groups[static_cast<std::size_t>(end)] == 0) ++end;
        if (end - i > std::max(1, best.count)) best = {i, end - i};
        i = end + 1;
    }
    return best;
}

void write_colons(std::string& out, std::uint64_t hi, std::uint64_t lo, bool may_mix) {
    std::array<unsigned, 8> groups;
    for (int i = 0; i < 4; ++i) {
        groups[static_cast<std::size_t>(i)] = static_cast<unsigned>(hi >> (48 - 16 * i) & 0xFFFF);
        groups[static_cast<std::size_t>(i) + 4] = static_cast<unsigned>(lo >> (48 - 16 * i) & 0xFFFF);
    }
    const bool dotted = may_mix && mixed(hi, lo);
    const int count = dotted ? 6 : 8;
    const Run run = longest_run(groups, count);
    for (int i = 0; i < count; ++i) {
        if (i == run.first) {
            out += "::";
            i += run.count - 1;
            continue;
        }
        if (i > 0 && i != run.first + run.count) out.push_back(':');
        write_group(out, groups[static_cast<std::size_t>(i)]);
    }
    if (!dotted) return;
    if (run.first + run.count != count) out.push_back(':');
    write_dotted(out, static_cast<std::uint32_t>(lo));
}

}  // namespace

std::string format(std::span<const std::uint8_t> family, const Columns& columns, bool bare) {
    std::string out;
    out.reserve(family.size() * 20);
    for (std::size_t i = 0; i < family.size(); ++i) {
        if (family[i] == 4)
            write_dotted(out, static_cast<std::uint32_t>(columns.lo[i]));
        else
            write_colons(out, columns.hi[i], columns.lo[i], columns.length[i] > kEmbedded);
        if (!bare || columns.length[i] != (family[i] == 4 ? 32 : 128)) {
            out.push_back('/');
            write_number(out, columns.length[i]);
        }
        out.push_back('\n');
    }
    return out;
}

}  // namespace easterly::prefix
