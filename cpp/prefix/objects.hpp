// Rows of a table of addresses as JSON: arrays in, as databases write them; objects out.
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

struct Written {
    std::size_t size_B = 0;
    std::int64_t fault = -1;  // the first row that cannot be read; nothing is of use then
};

// What `objects` writes at most.
std::size_t most_B(std::string_view rows, std::string_view places, const Shape& shape);

// One object for each row, with its place as `address`, parted by a comma and a line feed. Rows are arrays with commas
// between them, places are lines. An array inside of a row is spread; what is missing at the end of a row says nothing,
// like null, "", [] and {}. Values are copied as they stand. There is room for `most_B` at `out`.
Written objects(std::string_view rows, std::string_view places, const Shape& shape, char* out);

}  // namespace easterly::prefix
