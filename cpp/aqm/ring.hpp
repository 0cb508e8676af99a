// A queue of packets in a ring that grows by doubling and never shrinks: no allocation once it is warm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "aqm/packet.hpp"

namespace easterly::aqm {

class Ring {
public:
    bool empty() const { return count_ == 0; }
    std::int64_t packets() const { return static_cast<std::int64_t>(count_); }
    std::int64_t bytes() const { return bytes_; }
    const Packet& front() const { return slots_[head_]; }

    void push(const Packet& packet) {
        if (count_ == slots_.size()) grow();
        slots_[(head_ + count_) & (slots_.size() - 1)] = packet;
        ++count_;
        bytes_ += packet.size_B;
    }

    Packet pop() {
        const Packet packet = slots_[head_];
        head_ = (head_ + 1) & (slots_.size() - 1);
        --count_;
        bytes_ -= packet.size_B;
        return packet;
    }

private:
    void grow() {
        std::vector<Packet> wider(slots_.empty() ? 16 : 2 * slots_.size());
        for (std::size_t i = 0; i < count_; ++i) wider[i] = slots_[(head_ + i) & (slots_.size() - 1)];
        slots_.swap(wider);
        head_ = 0;
    }

    std::vector<Packet> slots_;
    std::size_t head_ = 0, count_ = 0;
    std::int64_t bytes_ = 0;
};

}  // namespace easterly::aqm
