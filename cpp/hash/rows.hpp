// Headers in columns: every field is a matrix of bytes in network order, one row per packet or connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace easterly::hash {

struct Field {
    const std::uint8_t* data;
    std::size_t width;
};

// The fields of a message, one after the other.
struct Rows {
    std::vector<Field> fields;
    std::size_t count = 0;

    std::size_t width() const {
        std::size_t sum = 0;
        for (const Field& field : fields) sum += field.width;
        return sum;
    }

    // Writes row i to `to`, which holds width() bytes.
    void copy(std::size_t i, std::uint8_t* to) const {
        for (const Field& field : fields) {
            if (field.width > 0) std::memcpy(to, field.data + i * field.width, field.width);
            to += field.width;
        }
    }
};

// The word of four bytes whose first is the lowest, whatever the machine.
inline std::uint32_t little(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
           static_cast<std::uint32_t>(at[2]) << 16 | static_cast<std::uint32_t>(at[3]) << 24;
}

}  // namespace easterly::hash
