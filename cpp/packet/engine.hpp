// The simulation of packets: ports that serve, hosts that send and acknowledge, and the one loop over events.
#pragma once

#include <cstdint>
#include <vector>

#include "packet/packet.hpp"
#include "packet/port.hpp"
#include "packet/sender.hpp"
#include "packet/wheel.hpp"

namespace easterly::packet {

// What happens at one instant happens in this order.
enum class Kind : std::uint8_t { arrive = 1, timer = 2, wake = 3, start = 4 };

// What is asked of a port less often than once per packet.
struct Marking {
    Time to = kNever;  // backlog from which all are marked
    double most = 1.0;
    double loss = 0.0;  // of a packet on the link
    std::uint64_t draws = 0;
};

struct Hosts {
    std::uint16_t packet_B = 1500, header_B = 52, ack_B = 64;
    std::int64_t nic_B = 64'000;  // most that a flow adds to while it waits for its NIC
};

class Engine {
public:
    Engine(Hosts hosts, Recovery recovery, std::uint64_t seed, int shift)
        : hosts_(hosts), recovery_(recovery), seed_(seed), wheel_(shift) {}

    std::vector<Port> ports;
    std::vector<Marking> marking;
    std::vector<std::int32_t> route;  // links of paths, -1 behind the last
    std::vector<Flow> flows;
    std::vector<Rules> rules;
    std::uint64_t hops = 0, events = 0, lost_on_links = 0;

    // Call once, when everything above is there.
    void begin();
    // Runs until nothing is left, `until` is passed, or so many events have been handled; returns whether more is to come.
    bool run(Time until, std::uint64_t most);

    Time now() const { return now_; }
    std::size_t most_packets() const { return pool_.most(); }
    std::uint32_t open() const { return open_; }

private:
    void forward(std::uint32_t at);
    bool marks(std::int32_t link, Port& port, Time waits);
    void receive(std::uint32_t at);
    void acknowledged(std::uint32_t at);
    void send(std::uint32_t flow);
    void emit(std::uint32_t flow, std::uint32_t seq, bool again);
    void arm(std::uint32_t flow);
    void expire(std::uint32_t flow);

    Hosts hosts_;
    Recovery recovery_;
    std::uint64_t seed_;
    Wheel wheel_;
    Pool pool_;
    std::vector<Sender> senders_;
    std::vector<Receiver> receivers_;
    Time now_ = 0;
    std::uint32_t open_ = 0;  // flows that are not yet acknowledged
};

}  // namespace easterly::packet
