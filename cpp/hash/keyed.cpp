#include "hash/keyed.hpp"

#include <bit>

namespace easterly::hash {

namespace {

struct Sip {
    std::uint64_t v0, v1, v2, v3;

    Sip(std::uint64_t key0, std::uint64_t key1)
        : v0(key0 ^ 0x736f6d6570736575ULL),
          v1(key1 ^ 0x646f72616e646f6dULL),
          v2(key0 ^ 0x6c7967656e657261ULL),
          v3(key1 ^ 0x7465646279746573ULL) {}

    void round() {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void take(std::uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

std::uint64_t sip(const std::uint8_t* bytes, std::size_t length, std::uint64_t key0, std::uint64_t key1) {
    Sip state(key0, key1);
    std::size_t at = 0;
    for (; at + 8 <= length; at += 8)
        state.take(little(bytes + at) | static_cast<std::uint64_t>(little(bytes + at + 4)) << 32);
    std::uint64_t last = static_cast<std::uint64_t>(length & 0xff) << 56;
    for (std::size_t i = 0; at + i < length; ++i) last |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
    state.take(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

struct Three {
    std::uint32_t a, b, c;

    void mix() {
        a -= c, a ^= std::rotl(c, 4), c += b;
        b -= a, b ^= std::rotl(a, 6), a += c;
        c -= b, c ^= std::rotl(b, 8), b += a;
        a -= c, a ^= std::rotl(c, 16), c += b;
        b -= a, b ^= std::rotl(a, 19), a += c;
        c -= b, c ^= std::rotl(b, 4), b += a;
    }

    void finish() {
        c ^= b, c -= std::rotl(b, 14);
        a ^= c, a -= std::rotl(c, 11);
        b ^= a, b -= std::rotl(a, 25);
        c ^= b, c -= std::rotl(b, 16);
        a ^= c, a -= std::rotl(c, 4);
        b ^= a, b -= std::rotl(a, 14);
        c ^= b, c -= std::rotl(b, 24);
    }
};

// `bytes` is readable, and 0, for 12 bytes beyond `length`.
std::uint32_t lookup3(const std::uint8_t* bytes, std::size_t length, std::uint32_t initial) {
    const std::uint32_t begin = 0xdeadbeefU + static_cast<std::uint32_t>(length) + initial;
    Three state{begin, begin, begin};
    if (length == 0) return state.c;
    for (; length > 12; length -= 12, bytes += 12) {
        state.a += little(bytes);
        state.b += little(bytes + 4);
        state.c += little(bytes + 8);
        state.mix();
    }
    state.a += little(bytes);
    state.b += little(bytes + 4);
    state.c += little(bytes + 8);
    state.finish();
    return state.c;
}

}  // namespace

void siphash(const Rows& rows, std::uint64_t key0, std::uint64_t key1, std::span<std::uint64_t> hash) {
    const std::size_t width = rows.width();
    std::vector<std::uint8_t> row(width + 1);
    for (std::size_t i = 0; i < rows.count; ++i) {
        rows.copy(i, row.data());
        hash[i] = sip(row.data(), width, key0, key1);
    }
}

void jhash(const Rows& rows, std::uint32_t initial, std::span<std::uint32_t> hash) {
    const std::size_t width = rows.width();
    std::vector<std::uint8_t> row(width + 12, 0);
    for (std::size_t i = 0; i < rows.count; ++i) {
        rows.copy(i, row.data());
        hash[i] = lookup3(row.data(), width, initial);
    }
}

}  // namespace easterly::hash
