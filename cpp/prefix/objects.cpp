#include "prefix/objects.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace easterly::prefix {

namespace {

// What numbers, true, false and null consist of.
constexpr std::array<bool, 256> kWord = [] {
    std::array<bool, 256> known{};
    for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+."))
        known[static_cast<unsigned char>(c)] = true;
    return known;
}();

// Whether a quotation mark or a backslash is among eight bytes: x - 1 & ~x has its upper bit set in the lowest byte of x
// that is 0, and in none if there is no such byte (Mycroft 1987).
bool ends_or_escapes(const char* text) {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kUpper = 0x8080808080808080;
    std::uint64_t eight = 0;
    std::memcpy(&eight, text, sizeof eight);
    const std::uint64_t mark = eight ^ kOnes * '"', slash = eight ^ kOnes * '\\';
    return (((mark - kOnes) & ~mark) | ((slash - kOnes) & ~slash)) & kUpper;
}

// Goes over JSON without taking it in: enough to tell where a value ends.
struct Scanner {
    const char* at;
    const char* end;

    bool done() const { return at == end; }

    static bool space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

    static bool word(char c) { return kWord[static_cast<unsigned char>(c)]; }

    void spaces() {
        while (!done() && space(*at)) ++at;
    }

    bool take(char wanted) {
        if (done() || *at != wanted) return false;
        ++at;
        return true;
    }

    bool quoted() {
        for (++at;; ++at) {
            while (end - at >= 8 && !ends_or_escapes(at)) at += 8;
            while (!done() && *at != '"' && *at != '\\') ++at;
            if (done()) return false;
            if (*at == '"') return ++at, true;
            if (++at == end) return false;
        }
    }

    bool value(std::string_view& found) {
        const char* const begin = at;
        int depth = 0;
        do {
            if (done()) return false;
            const char c = *at;
            if (c == '"') {
                if (!quoted()) return false;
            } else if (word(c)) {
                while (!done() && word(*at)) ++at;
            } else {
                if (c == '[' || c == '{')
                    ++depth;
                else if (c == ']' || c == '}')
                    --depth;
                else if (c != ',' && c != ':' && !space(c))
                    return false;
                if (depth < 0 || (depth == 0 && c != ']' && c != '}')) return false;
                ++at;
            }
        } while (depth > 0);
        found = {begin, static_cast<std::size_t>(at - begin)};
        return true;
    }
};

bool silent(std::string_view value) {
    const char first = value.front();
    if (first == 'n') return value == "null";
    return value.size() == 2 && (first == '"' || first == '[' || first == '{');
}

constexpr std::size_t kBlock_B = 16;

// Texts one behind the other, into room that is known to be enough, and a block more.
struct Writer {
    char* at;

    void put(std::string_view text) {
        std::memcpy(at, text.data(), text.size());
        at += text.size();
    }

    // Whole blocks, as most texts are one: what is copied beyond the end is written over. A block behind the text is
    // readable.
    void put_blocks(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); i += kBlock_B) std::memcpy(at + i, text.data() + i, kBlock_B);
        at += text.size();
    }
};

// What is put before values: texts with a block behind each.
struct Names {
    std::vector<std::string> padded;
    std::vector<std::string_view> texts;

    explicit Names(const std::vector<std::string>& names) {
        for (const std::string& name : names) padded.push_back(name + std::string(kBlock_B, '\0'));
        for (std::size_t i = 0; i < names.size(); ++i)
            texts.push_back(std::string_view(padded[i]).substr(0, names[i].size()));
    }
};

bool object(Scanner& rows, const Names& names, std::size_t keep, Writer& out) {
    std::size_t count = 0;
    bool inside = false;
    rows.spaces();
    if (!rows.take('[')) return false;
    for (;;) {
        rows.spaces();
        if (!inside && rows.take('[')) {
            inside = true;
            continue;
        }
        std::string_view value;
        if (count == names.texts.size() || !rows.value(value)) return false;
        if (count < keep || !silent(value)) {
            out.put_blocks(names.texts[count]);
            if (rows.end - rows.at >= static_cast<std::ptrdiff_t>(kBlock_B))
                out.put_blocks(value);
            else
                out.put(value);
        }
        ++count;
        rows.spaces();
        if (rows.take(',')) continue;
        if (!rows.take(']')) return false;
        if (inside) {
            inside = false;
            rows.spaces();
            if (rows.take(',')) continue;
            if (!rows.take(']')) return false;
        }
        break;
    }
    rows.spaces();
    return count >= keep && (rows.done() || *rows.at == ',');
}

// The next line; the last one needs no line feed.
bool line(std::string_view& text, std::string_view& found) {
    if (text.empty()) return false;
    const std::size_t stop = std::min(text.find('\n'), text.size());
    found = text.substr(0, stop);
    text.remove_prefix(std::min(stop + 1, text.size()));
    return true;
}

constexpr std::string_view kParted = ",\n";

std::string opening(const Shape& shape) { return std::string(kParted) + '{' + shape.before + "\"address\":\""; }

}  // namespace

std::size_t most_B(std::string_view rows, std::string_view places, const Shape& shape) {
    std::size_t each = opening(shape).size() + 2;  // a quotation mark and a brace
    for (const std::string& name : shape.names) each += name.size();
    const auto lines = static_cast<std::size_t>(std::count(places.begin(), places.end(), '\n')) + 1;
    return rows.size() + places.size() + lines * each + kBlock_B;
}

Written objects(std::string_view rows, std::string_view places, const Shape& shape, char* out) {
    const std::string open = opening(shape);
    const Names names(shape.names);
    Scanner scanner{rows.data(), rows.data() + rows.size()};
    Writer made{out};
    std::string_view place;
    for (std::int64_t i = 0; !scanner.done(); ++i) {
        if ((i > 0 && !scanner.take(',')) || !line(places, place)) return {0, i};
        made.put(i > 0 ? std::string_view(open) : std::string_view(open).substr(kParted.size()));
        made.put(place);
        *made.at++ = '"';
        if (!object(scanner, names, shape.keep, made)) return {0, i};
        *made.at++ = '}';
    }
    return {static_cast<std::size_t>(made.at - out), -1};
}

}  // namespace easterly::prefix
