#include "prefix/objects.hpp"

#include <algorithm>
#include <array>

namespace easterly::prefix {

namespace {

// What numbers, true, false and null consist of.
constexpr std::array<bool, 256> kWord = [] {
    std::array<bool, 256> known{};
    for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+."))
        known[static_cast<unsigned char>(c)] = true;
    return known;
}();

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
        for (++at; !done(); ++at) {
            if (*at == '"') return ++at, true;
            if (*at == '\\' && ++at == end) return false;
        }
        return false;
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
    return value.size() <= 4 && (value == "null" || value == "\"\"" || value == "[]" || value == "{}");
}

bool object(Scanner row, const Shape& shape, std::string& out) {
    std::size_t count = 0;
    bool inside = false;
    row.spaces();
    if (!row.take('[')) return false;
    for (;;) {
        row.spaces();
        if (!inside && row.take('[')) {
            inside = true;
            continue;
        }
        std::string_view value;
        if (count == shape.names.size() || !row.value(value)) return false;
        if (count < shape.keep || !silent(value)) out.append(shape.names[count]).append(value);
        ++count;
        row.spaces();
        if (row.take(',')) continue;
        if (!row.take(']')) return false;
        if (inside) {
            inside = false;
            row.spaces();
            if (row.take(',')) continue;
            if (!row.take(']')) return false;
        }
        break;
    }
    row.spaces();
    return row.done() && count >= shape.keep;
}

// The next line; the last one needs no line feed.
bool line(std::string_view& text, std::string_view& found) {
    if (text.empty()) return false;
    const std::size_t stop = std::min(text.find('\n'), text.size());
    found = text.substr(0, stop);
    text.remove_prefix(std::min(stop + 1, text.size()));
    return true;
}

}  // namespace

Objects objects(std::string_view rows, std::string_view places, const Shape& shape) {
    Objects made;
    made.text.reserve(rows.size() * 2 + places.size() * 2);
    std::string_view row, place;
    for (std::int64_t i = 0; line(rows, row); ++i) {
        if (i > 0) made.text += ",\n";
        made.text.append("{").append(shape.before).append("\"address\":\"");
        const bool placed = line(places, place);
        made.text.append(place).push_back('"');
        if (!placed || !object({row.data(), row.data() + row.size()}, shape, made.text)) return {{}, i};
        made.text.push_back('}');
    }
    return made;
}

}  // namespace easterly::prefix
