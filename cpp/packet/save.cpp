// Checkpoints: a header, a digest of what follows it, and the state.
#include "packet/archive.hpp"
#include "packet/engine.hpp"

namespace easterly::packet {

namespace {

constexpr std::uint64_t kMagic = 0x3174656b63617061ULL, kVersion = 3;
constexpr std::size_t kHeader = 4 * sizeof(std::uint64_t);

std::uint64_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
    std::uint64_t made = 0;
    std::memcpy(&made, bytes.data() + at * sizeof made, sizeof made);
    return made;
}

}  // namespace

std::vector<std::uint8_t> Engine::save() {
    std::vector<std::uint8_t> bytes(kHeader);
    Archive archive(bytes);
    archive(*this);
    const std::span<const std::uint8_t> state = std::span(bytes).subspan(kHeader);
    const std::uint64_t header[] = {kMagic, kVersion, state.size(), digest(state)};
    std::memcpy(bytes.data(), header, kHeader);
    return bytes;
}

void Engine::restore(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < kHeader || word(bytes, 0) != kMagic) throw std::invalid_argument("this is no checkpoint");
    if (word(bytes, 1) != kVersion) throw std::invalid_argument("the checkpoint is of another version");
    const std::span<const std::uint8_t> state = bytes.subspan(kHeader);
    if (state.size() != word(bytes, 2)) throw std::invalid_argument("the checkpoint is cut off");
    if (digest(state) != word(bytes, 3)) throw std::invalid_argument("the checkpoint is damaged");
    Archive archive(state);
    archive(*this);
    if (!archive.at_end()) throw std::invalid_argument("the checkpoint has more than its state");
}

}  // namespace easterly::packet
