// Flow queues with CoDel, RFC 8290: deficit round robin with new flows first, drops from the fattest queue.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "aqm/codel.hpp"
#include "aqm/packet.hpp"

namespace easterly::aqm {

// Packets of all flows in one pool of slots, chained by index: no allocation per packet.
class Pool {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, slots_, free_, limit_); }
    struct Queue {
        std::int32_t head = -1, tail = -1;
        std::int64_t bytes = 0, packets = 0;
    };

    explicit Pool(std::int64_t limit) : limit_(limit) {}

    void push(Queue& queue, const Packet& packet) {
        const std::int32_t slot = take_slot();
        slots_[slot] = {packet, -1};
        (queue.tail < 0 ? queue.head : slots_[queue.tail].next) = slot;
        queue.tail = slot;
        queue.bytes += packet.size_B;
        ++queue.packets;
    }

    Packet pop(Queue& queue) {
        const std::int32_t slot = queue.head;
        const Packet packet = slots_[slot].packet;
        queue.head = slots_[slot].next;
        if (queue.head < 0) queue.tail = -1;
        slots_[slot].next = free_;
        free_ = slot;
        queue.bytes -= packet.size_B;
        --queue.packets;
        return packet;
    }

    std::int64_t limit() const { return limit_; }

private:
    struct Slot {
        Packet packet;
        std::int32_t next = -1;
    };
    std::int32_t take_slot() {
        if (free_ < 0) {
            slots_.emplace_back();
            return static_cast<std::int32_t>(slots_.size()) - 1;
        }
        const std::int32_t slot = free_;
        free_ = slots_[slot].next;
        return slot;
    }

    std::vector<Slot> slots_;  // grows to one more than the limit, once
    std::int32_t free_ = -1;
    std::int64_t limit_ = 0;
};

class FqCodel {
public:
    template <class A>
    void archive(A& a) { a.all_of(*this, flows_, pool_, fresh_, old_, quantum_B_, batch_, packets_, bytes_); }
    enum class Place : std::int8_t { idle = 0, fresh = 1, old = 2 };
    struct Flow {
        Pool::Queue queue;
        Codel codel;
        std::int64_t credit = 0;
        std::int32_t next = -1;
        Place place = Place::idle;
    };

    FqCodel(std::int64_t flows, std::int64_t quantum_B, std::int64_t limit, std::int64_t batch, const Codel& codel)
        : flows_(static_cast<std::size_t>(flows)), pool_(limit), quantum_B_(quantum_B), batch_(batch) {
        for (Flow& flow : flows_) flow.codel = codel;
    }

    std::int64_t packets() const { return packets_; }
    std::int64_t bytes() const { return bytes_; }
    const std::vector<Flow>& flows() const { return flows_; }

    // Takes the packet in, then drops from the head of the fattest queue where the limit is passed: half of its
    // packets, at most `batch` (RFC 8290, 4.1). The packet itself may be among them.
    template <class Lost>
    void offer(const Packet& packet, Lost&& lost) {
        Flow& flow = flows_[static_cast<std::size_t>(packet.flow)];
        pool_.push(flow.queue, packet);
        ++packets_;
        bytes_ += packet.size_B;
        if (flow.place == Place::idle) {
            flow.credit = quantum_B_;
            append(fresh_, packet.flow, Place::fresh);
        }
        if (packets_ > pool_.limit()) shed(lost);
    }

    template <class Lost>
    bool take(std::int64_t now, Packet& packet, Lost&& lost) {
        for (std::size_t passed = 0;; ++passed) {
            if (passed > flows_.size()) {
                skip();
                passed = 0;
            }
            List& list = fresh_.head >= 0 ? fresh_ : old_;
            if (list.head < 0) return false;
            const std::int32_t index = list.head;
            Flow& flow = flows_[static_cast<std::size_t>(index)];
            if (flow.credit <= 0) {
                flow.credit += quantum_B_;
                move_to_old(list, index);
            } else if (next(flow, now, packet, lost)) {
                flow.credit -= packet.size_B;
                return true;
            } else {
                retire(list, index);
            }
        }
    }

private:
    struct List {
        std::int32_t head = -1, tail = -1;
    };
    // What CoDel sees: one flow's queue.
    struct View {
        FqCodel& all;
        Flow& flow;
        bool empty() const { return flow.queue.packets == 0; }
        std::int64_t bytes() const { return flow.queue.bytes; }
        Packet pop() { return all.pop(flow); }
    };

    Packet pop(Flow& flow) {
        const Packet packet = pool_.pop(flow.queue);
        --packets_;
        bytes_ -= packet.size_B;
        return packet;
    }

    template <class Lost>
    bool next(Flow& flow, std::int64_t now, Packet& packet, Lost&& lost) {
        View view{*this, flow};
        return flow.codel.take(view, now, packet, lost);
    }

    template <class Lost>
    void shed(Lost&& lost) {
        const auto fattest = std::max_element(flows_.begin(), flows_.end(), [](const Flow& a, const Flow& b) {
            return a.queue.bytes < b.queue.bytes;
        });
        const std::int64_t many = std::clamp<std::int64_t>(fattest->queue.packets / 2, 1, batch_);
        for (std::int64_t i = 0; i < many; ++i) lost(pop(*fattest));
    }

    // Adds the rounds over the old flows in which all only pay debts, all at once: packets may be far larger than the
    // quantum. After so many passes no flow is new.
    void skip() {
        std::int64_t rounds = INT64_MAX;
        for (std::int32_t i = old_.head; i >= 0; i = flows_[static_cast<std::size_t>(i)].next)
            rounds = std::min(rounds, std::max<std::int64_t>(0, -flows_[static_cast<std::size_t>(i)].credit / quantum_B_));
        for (std::int32_t i = old_.head; i >= 0; i = flows_[static_cast<std::size_t>(i)].next)
            flows_[static_cast<std::size_t>(i)].credit += rounds * quantum_B_;
    }

    void append(List& list, std::int32_t index, Place place) {
        Flow& flow = flows_[static_cast<std::size_t>(index)];
        flow.place = place;
        flow.next = -1;
        (list.tail < 0 ? list.head : flows_[static_cast<std::size_t>(list.tail)].next) = index;
        list.tail = index;
    }

    void remove_head(List& list) {
        list.head = flows_[static_cast<std::size_t>(list.head)].next;
        if (list.head < 0) list.tail = -1;
    }

    void move_to_old(List& list, std::int32_t index) {
        remove_head(list);
        append(old_, index, Place::old);
    }

    // An empty new queue goes behind the old ones, so that a flow cannot stay new by sending one packet at a time.
    void retire(List& list, std::int32_t index) {
        if (&list == &fresh_) return move_to_old(list, index);
        remove_head(list);
        flows_[static_cast<std::size_t>(index)].place = Place::idle;
    }

    std::vector<Flow> flows_;
    Pool pool_;
    List fresh_, old_;
    std::int64_t quantum_B_, batch_;
    std::int64_t packets_ = 0, bytes_ = 0;
};

}  // namespace easterly::aqm
