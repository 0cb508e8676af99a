// A packet in flight, and the pool that all of them live in.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "packet/wheel.hpp"

namespace easterly::packet {

inline constexpr std::uint32_t kNone = ~0u;

enum Flag : std::uint8_t {
    kAck = 1,    // an acknowledgement; else data
    kEct = 2,    // may be marked
    kCe = 4,     // has been marked
    kEce = 8,    // acknowledgement: the data packet was marked
    kCnp = 32,   // a congestion notification, and nothing else; of an acknowledgement: go back to what is missing
    kAgain = 16, // data that was sent before, or its acknowledgement
    kOwn = 64,   // data before the NIC of its sender
    kTwice = 128 // acknowledgement: the data was there already (RFC 2883)
};

struct Packet {
    std::uint32_t flow;
    std::uint32_t seq;   // data: number within the flow; acknowledgement: the first that is missing
    std::uint32_t echo;  // acknowledgement: number of the packet that caused it
    std::uint32_t hop;   // where on its path: an index into the routes
    std::uint32_t next;  // in a queue, or among the free ones
    std::uint16_t size_B;
    std::uint8_t traffic_class;
    std::uint8_t flags;
    Time sent;  // data: when it left its sender; acknowledgement: that of the data packet
};
static_assert(sizeof(Packet) == 32);

class Pool {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, packets_, free_); }
    std::uint32_t take() {
        if (free_ == kNone) {
            if (packets_.size() == kMost) throw std::length_error("more than 2^24 packets are in flight or wait");
            packets_.emplace_back();
            return static_cast<std::uint32_t>(packets_.size() - 1);
        }
        const std::uint32_t at = free_;
        free_ = packets_[at].next;
        return at;
    }
    void give(std::uint32_t at) {
        packets_[at].next = free_;
        free_ = at;
    }
    Packet& operator[](std::uint32_t at) { return packets_[at]; }
    std::size_t most() const { return packets_.size(); }

private:
    static constexpr std::size_t kMost = std::size_t{1} << 24;  // events name a packet in 24 bits
    std::vector<Packet> packets_;
    std::uint32_t free_ = kNone;
};

}  // namespace easterly::packet
