// Longest matching prefixes of many addresses at once, by a compressed trie (Asai & Ohara 2015, "Poptrie", SIGCOMM).
//
// A table on the first bits points to nodes of 64 slots each. A node has one bit a slot for "goes on in a node", and one
// for "another answer begins here", so that slots of equal answers cost nothing. A block in which one prefix alone tells
// addresses apart is compared with it at once, and blocks of which all is in one corner lead there, so that sparse tables are not deep.
#pragma once

#include "prefix/pages.hpp"
#include "prefix/words.hpp"

namespace easterly::prefix {

constexpr std::int32_t kNoRow = -1;

enum class Kind : std::uint8_t {
    branch,  // 64 slots
    lone,    // one prefix alone tells addresses apart
    chain,   // all that differs lies in one block far below, which has a node of its own
};

struct alignas(32) Node {
    // Slots that go on in a node; these lie one after the other from `node` on. Of the others: halves of an address.
    std::uint64_t inner = 0;
    // Slots, of those that do not, at which another answer begins; from `answer` on.
    std::uint64_t begins = 0;
    // Of a lone prefix the row inside, of a chain the node below; and of both the row outside.
    std::uint32_t node = 0, answer = 0;
    // Bits to the right of the slot; of the others, to the right of the bits that are compared.
    std::uint8_t shift = 0;
    Kind kind = Kind::branch;
};

class Lookup {
public:
    // The first of equal rows answers.
    Lookup(int family_bits, const Columns& table);

    // Row of the longest prefix of each address; kNoRow where none holds it. IPv4 reads `lo` alone.
    void longest(std::span<const std::uint64_t> hi, std::span<const std::uint64_t> lo, std::span<std::int32_t> row) const;

    int family_bits() const { return bits_; }
    int direct_bits() const { return direct_bits_; }
    std::size_t nodes() const { return nodes_.size(); }
    std::size_t answers() const { return answers_.size(); }
    std::size_t memory_B() const {
        return direct_.size() * sizeof(std::uint32_t) + nodes_.size() * sizeof(Node) + answers_.size() * sizeof(std::int32_t);
    }

private:
    template <class Word>
    void build(const Columns& table);
    template <class Word>
    void find(const std::uint64_t* hi, const std::uint64_t* lo, std::span<std::int32_t> row) const;

    int bits_, direct_bits_ = 2;
    std::vector<std::uint32_t, Pages<std::uint32_t>> direct_;  // a node, or an answer with kAnswer set
    std::vector<Node, Pages<Node>> nodes_;
    std::vector<std::int32_t, Pages<std::int32_t>> answers_;
};

}  // namespace easterly::prefix
