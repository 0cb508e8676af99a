#include "hash/affine.hpp"

#include <algorithm>

namespace easterly::hash {

namespace {

constexpr std::size_t kBlock = 2048;  // rows whose hashes stay in the nearest cache while the fields are added
constexpr std::size_t kByte = 256;

// Adds one field of W bytes.
template <std::size_t W>
void add(const std::uint8_t* data, const std::uint32_t* table, std::uint32_t* hash, std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i, data += W) {
        std::uint32_t sum = hash[i];
        for (std::size_t b = 0; b < W; ++b) sum ^= table[b * kByte + data[b]];
        hash[i] = sum;
    }
}

void add_any(const std::uint8_t* data, std::size_t width, const std::uint32_t* table, std::uint32_t* hash,
             std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i, data += width)
        for (std::size_t b = 0; b < width; ++b) hash[i] ^= table[b * kByte + data[b]];
}

}  // namespace

void affine(const Rows& rows, std::span<const std::uint32_t> table, std::uint32_t constant,
            std::span<std::uint32_t> hash) {
    for (std::size_t begin = 0; begin < rows.count; begin += kBlock) {
        const std::size_t count = std::min(kBlock, rows.count - begin);
        std::uint32_t* to = hash.data() + begin;
        std::fill_n(to, count, constant);
        const std::uint32_t* own = table.data();
        for (const Field& field : rows.fields) {
            const std::uint8_t* data = field.data + begin * field.width;
            switch (field.width) {
                case 1: add<1>(data, own, to, count); break;
                case 2: add<2>(data, own, to, count); break;
                case 4: add<4>(data, own, to, count); break;
                case 16: add<16>(data, own, to, count); break;
                default: add_any(data, field.width, own, to, count);
            }
            own += field.width * kByte;
        }
    }
}

}  // namespace easterly::hash
