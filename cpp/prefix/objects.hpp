// Rows of a table of addresses as JSON: arrays in, one a line, as databases write them; objects out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace easterly::prefix {

struct Shape {
    std::vector<std::string> names;  // of the elements, each ready to be put before its value
    std::size_t keep = 0;            // so many are always there; others are left out where they say nothing
    std::string before;              // members that all objects begin with
};

struct Objects {
    std::string text;           // parted by a comma and a line feed
    std::int64_t fault = -1;    // the first row that cannot be read; no text then
};

// One object for each row, with its place as `address`. An array inside of a row is spread; what is missing at the
// end of a row says nothing, like null, "", [] and {}. Values are copied as they stand.
Objects objects(std::string_view rows, std::string_view places, const Shape& shape);

}  // namespace easterly::prefix
