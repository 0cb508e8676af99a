// Prefixes as text, many at once: RFC 4291 section 2.2 strictly in, RFC 5952 out.
#pragma once

#include <string>
#include <string_view>

#include "prefix/words.hpp"

namespace easterly::prefix {

struct Parsed {
    std::vector<std::uint8_t> family;  // 4 or 6
    Made made;
    std::vector<std::int64_t> line;  // from 1
    std::vector<std::int64_t> fault_line;
    std::vector<std::int32_t> fault_column;  // from 1, in bytes
};

struct One {
    int family = 0;  // 0 where the text is no prefix
    Wide number = 0;
    int length = 0;
};

// One prefix. Where `bare`, an address without a length is a prefix of full length.
One parse_one(std::string_view text, bool bare);

// One prefix a line; what follows a # is a remark, empty lines say nothing. A line that is no prefix is a fault.
Parsed parse(std::string_view text, bool bare);

// One a line, each ended by a line feed; `bare` leaves the length away where it is full.
std::string format(std::span<const std::uint8_t> family, const Columns& columns, bool bare);

}  // namespace easterly::prefix
