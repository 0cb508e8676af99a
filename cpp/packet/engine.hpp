// The simulation of packets: ports that serve, hosts that send and acknowledge, and the one loop over events.
#pragma once

#include <cstdint>
#include <span>
#include <map>
#include <utility>
#include <vector>

#include "buffer/shared.hpp"
#include "packet/choose.hpp"
#include "packet/outgoing.hpp"
#include "packet/faults.hpp"
#include "packet/manager.hpp"
#include "packet/marker.hpp"
#include "packet/message.hpp"
#include "packet/packet.hpp"
#include "packet/pauses.hpp"
#include "packet/port.hpp"
#include "packet/probe.hpp"
#include "packet/record.hpp"
#include "packet/scheduling.hpp"
#include "packet/sender.hpp"
#include "packet/station.hpp"
#include "packet/wheel.hpp"

namespace easterly::packet {

// What happens at one instant happens in this order.
enum class Kind : std::uint8_t { fault = 0, left = 1, pause = 2, arrive = 3, cut = 4, rate = 5, timer = 6, wake = 7, start = 8,
                                 notify = 9, post = 10, worked = 11, ack = 12, host = 13, tail = 14, pulse = 16,
                                 ready = 20, repeat = 21, lapse = 22, poll = 23, storm = 24 };

constexpr std::uint64_t event(Kind kind, std::uint32_t entity, std::uint32_t rest = 0) {
    return static_cast<std::uint64_t>(kind) << 56 | static_cast<std::uint64_t>(entity) << 24 | rest;
}

// Links with queues leave the fast path, as nothing fits: `kQueued` less the number of their station.
inline constexpr Time kQueued = -2;

using Memory = buffer::MemoryOf<std::int32_t>;

// What is asked of a link less often than once per packet.
struct Link {
    Time to = kNever;  // backlog from which all are marked
    double most = 1.0;
    double loss = 0.0;  // of a packet on the link
    std::uint64_t put = 0, next_lost = 0, every = 0;  // packets put on it; which is lost next, 0: none; and from one to the next
    std::int32_t station = -1;  // where it has queues of its own
    std::int32_t back = -1;     // the link the other way
    std::int32_t behind = -1;   // memory of the switch behind it,
    std::int32_t way_in = -1;   // and its account of class 0 there
    std::uint64_t draws = 0;
    std::int64_t drops = 0, marks = 0, lost = 0;  // packets; lost on the link by chance
};

class Engine {
public:
    Engine(std::uint64_t seed, int shift) : seed_(seed), wheel_(shift) {}

    std::vector<Port> ports;
    std::vector<Link> links;
    std::vector<std::int32_t> route;  // links of paths, -1 behind the last; -2 - g: group g of `choices`
    std::vector<Flow> flows;
    std::vector<Rules> rules;
    std::vector<Station> stations;
    std::vector<Details> details;  // of stations
    std::vector<Manager> managers;
    std::vector<Marker> markers;
    std::vector<Scheduling> schedulings;
    std::vector<Memory> memories;
    std::vector<Storm> storms;
    std::vector<Guard> guards;
    std::vector<std::uint8_t> victims;  // flows that pauses held up which their own way did not cause
    std::int64_t pause_quanta = 0;      // a pause ends by itself after so many, and is repeated; 0: lasts until it is ended
    Time patience = 0;                  // without anything new at any receiver, while packets are sent; 0: for ever
    Time check_every = 1'000'000'000;
    Stuck stuck;
    Messages messages;
    std::vector<Delays> delays;  // of each flow, where they are asked for
    Choices choices;
    std::vector<Probe> probes;  // one per flow at most
    Faults faults;
    Time pause_reaction = 0;  // from a pause frame to when it holds
    std::uint64_t hops = 0, events = 0, lost_on_links = 0, notifications = 0;

    // Call once, when everything above is there.
    void begin();
    // Runs until nothing is left, `until` is passed, or so many events have been handled; returns whether more is to come.
    bool run(Time until, std::uint64_t most);

    // All there is, once it has begun; and the same back into one that was made of the same input and has begun.
    std::vector<std::uint8_t> save();
    void restore(std::span<const std::uint8_t> bytes);
    template <class A>
    void archive(A& a) {
        a.all_of(*this, ports, links, route, flows, rules, stations, details, managers, markers, schedulings, memories, storms, guards,
                 victims, pause_quanta, patience, check_every, stuck, messages, delays, choices, probes, faults,
                 pause_reaction, hops, events, lost_on_links, notifications, seed_, wheel_, pool_, from_, host_, since_, colour_, coloured_,
                 way_in_, in_link_, out_links_, dropped_, check_at_, progress_, arrived_, sent_then_, senders_, receivers_,
                 telemetry_, stamps_, stride_, sources_, posted_, outgoing_, pausing_, settles_, unseen_, now_,
                 most_packet_B_, open_, record);
    }

    Time now() const { return now_; }
    const Sender& sender(std::size_t flow) const { return senders_[flow]; }  // once it has begun
    // Depths of what is watched, up to now.
    void settle();
    std::uint64_t happened() const { return events + unseen_; }
    std::size_t most_packets() const { return pool_.most(); }
    std::uint32_t open() const { return open_; }
    // Adds the links that a flow, or what answers it, takes while every choice is by hash.
    void way(std::uint32_t flow, bool answers, std::vector<std::int32_t>& links);
    void prepare_ways() { begin_choices(); }
    std::uint32_t received(std::size_t flow) const { return receivers_.empty() ? 0 : receivers_[flow].missing; }

private:
    // The links: engine.cpp.
    bool handle(Time until, std::uint64_t most);
    void seldom(const Event& next);
    void arrive(std::uint32_t at, std::int32_t over);
    void reach(std::uint32_t at);
    void forward(std::uint32_t at, std::int32_t came);
    bool lost(std::int32_t link, std::int64_t size_B);
    bool marks(std::int32_t link, Port& port, Time waits);

    // What is written down: record.cpp.
    void watch_on();
    void watched(std::uint32_t at, std::int32_t link);
    void sample(Time at);
    void gauge(std::int32_t link, int c);
    void joined(std::int32_t link, const Packet& packet);
    void leaves(std::int32_t link, const Packet& packet, Time end);
    void there(const Packet& packet);
    // Where packets go: choose.cpp.
    void begin_choices();
    void depart(std::uint32_t at) { route[pool_[at].hop] >= 0 ? forward(at, -1) : choose(at, -1); }
    void choose(std::uint32_t at, std::int32_t came);
    std::uint32_t link_from(std::uint32_t place, const Packet& packet);
    std::uint32_t pick(std::uint32_t group, const Packet& packet);
    std::uint32_t fresh(std::uint32_t group, const Packet& packet, std::uint64_t turn);
    std::uint32_t hashed(const Group& group, const Packet& packet);
    std::uint32_t weighed(const Group& group, std::uint64_t number) const;
    static std::uint32_t share(const std::uint64_t* upto, std::uint32_t count, std::uint64_t number);
    std::uint32_t least(const Group& group, std::uint32_t start) const;
    Time backlog(const Group& group, std::uint32_t slot) const;
    bool stays(const Group& group, std::uint32_t slot) const;
    std::int32_t nic(std::uint32_t flow) {
        const std::int32_t plain = route[flows[flow].path];
        return plain >= 0 ? plain : nic_among(flow);
    }
    std::int32_t nic_among(std::uint32_t flow);
    std::uint32_t behind(std::uint32_t place, std::int32_t table) const;

    // Links that fail: faults.cpp.
    void begin_faults();
    void happen();
    Time returns(std::int32_t link) const;
    std::vector<Event> on_link(std::int32_t link);
    void sever(std::uint32_t at, std::int32_t link);
    void fail(std::int32_t link, Time back);
    void recover(std::int32_t link);
    void pause_again(std::int32_t link);
    void serve_again(std::int32_t link, Time from, const Port& with);
    void leave_again(std::int32_t link, const Port& with);
    void change(std::int32_t link, std::int64_t rate_bps);
    void clear_gauge(std::int32_t link);
    void wake_senders(std::int32_t link);
    bool is_down(std::int32_t link) const { return !faults.empty() && faults.of[link].down; }
    void turned_away(std::uint32_t at, std::int32_t link);
    void drain(std::int32_t link, Station& station);
    void swallow(std::uint32_t at, std::int32_t link, const Station& station);
    void vanish(std::uint32_t at, std::int32_t link);

    // Ports with queues: switch.cpp.
    void begin_stations();
    void queue(std::uint32_t at, std::int32_t link, std::int32_t came);
    bool admit(const Packet& packet, std::uint32_t at, const Station& station, std::int32_t came);
    void release(const Station& station, std::int32_t from, int c, std::int64_t size_B);
    void asked(std::int32_t memory, std::int32_t link, int c, bool pause);
    void refused(std::uint32_t at, std::int32_t link);
    void mark(Packet& packet, std::int32_t link);
    bool early(const Packet& packet, Station& station, std::int32_t link);
    void serve(std::int32_t link, Station& station);
    void serve_now(std::int32_t link, Station& station);
    void transmit(std::uint32_t at, std::int32_t link, Station& station);
    void left(std::int32_t link);
    void left_host(std::uint32_t flow, std::int64_t size_B);

    // Ports where nothing waits: outgoing.cpp.
    void begin_outgoing();
    bool unseen(const Station& station) const;
    void leave_unseen(std::int32_t link, Station& station, Time end);
    void settle(std::int32_t memory, std::int32_t link);
    void look_at(std::int32_t link, Station& station);
    void wait_for(std::int32_t link, Station& station);
    void wake_outgoing(std::int32_t memory);
    void settle_outgoing(Time until);

    // Ports with more than that: apart.cpp.
    void prepare(Station& station, Details& more, std::int32_t link);
    void queue_apart(std::uint32_t at, std::int32_t link, std::int32_t came);
    aqm::Verdict judge(Manager& manager, const Packet& packet, std::uint32_t at, const Line& line);
    bool enlist(std::uint32_t at, std::int32_t link, Station& station, Details& more);
    void spend(std::int32_t link, Station& station, Details& more, int c, std::int64_t size_B);
    void hold(Station& station, Details& more, int c);
    void free_class(Station& station, Details& more, int c);
    std::int64_t head_B(const Station& station, const Details& more, int c);
    void wake(std::int32_t link, std::uint32_t c);
    void ask(std::int32_t link, Details& more, Time when);
    void serve_apart(std::int32_t link, Station& station);
    std::uint32_t remove(std::int32_t link, Station& station, Details& more, int c);
    void offer_fairly(Manager& manager, std::uint32_t at, std::int32_t link, Station& station, const Details& more);
    bool is_fair(const Details& more, int c) const;
    void withdraw(const Station& station, const Details& more, int c, std::int64_t size_B);
    void look_after(std::uint32_t at, std::int32_t link, Station& station);
    void paint(std::uint32_t at, std::uint8_t colour);
    void discard(std::uint32_t at, std::int32_t link, Station& station);
    void settle_drops();

    // Pauses: pauses.cpp.
    void begin_pauses();
    Time lasts(std::int32_t link) const;
    void signal(std::int32_t link, int c, bool pause);
    void tell(std::int32_t link, int c, bool pause);
    void repeat(std::int32_t link, int c);
    void heed(std::int32_t link, int c, bool pause);
    void stop(std::int32_t link, Station& station, Details& more, int c);
    void go_on(std::int32_t link, int c);
    void unpause(std::int32_t link, Station& station, Details& more, int c);
    void lapse(std::int32_t link, int c);
    std::int32_t root_of(std::int32_t memory, int c) const;
    void held_up(const Packet& packet, std::int32_t link);
    void rage(std::uint32_t storm);
    void poll(std::uint32_t guard);
    void flush(std::int32_t link, Station& station, Details& more, int c);

    // Runs that cannot end: stuck.cpp.
    using Node = std::pair<std::int32_t, int>;  // link and class, or memory and pool
    std::map<Node, std::int64_t> staying(const std::map<Node, std::vector<Node>>& waits) const;
    bool clears(const Node& node, const std::map<Node, std::int64_t>& stay) const;
    void check();
    void stand_still();
    void end(Cause cause, std::vector<Waiting> ring);
    std::vector<Waiting> deadlocked(bool storms_too);
    std::vector<Node> holders(std::int32_t link, int c);
    bool guarded(const std::vector<Waiting>& ring) const;
    bool stormed(std::int32_t link, int c) const;
    std::vector<Waiting> described(const std::vector<Node>& nodes) const;

    // Hosts: host.cpp.
    void receive(std::uint32_t at);
    void answer(std::uint32_t at);
    void come_back(std::uint32_t at);
    bool aside(std::uint32_t at, Flow& flow, Receiver& receiver);
    void acknowledged(std::uint32_t at);
    void send(std::uint32_t flow);
    void emit(std::uint32_t flow, std::uint32_t seq, bool again);
    void arm(std::uint32_t flow);
    void expire(std::uint32_t flow);

    // Recovery by time, in proportion, and of the tail: recovery.cpp.
    static void begin_recovery(Sender& sender, const Rules& law, std::uint32_t news);
    static bool lets(const Rules& law, const Sender& sender);
    std::uint32_t judge(Sender& sender, const Packet& ack, std::uint32_t before, std::uint32_t news, std::uint32_t high);
    static std::uint32_t fall_back(Sender& sender);
    static void undo(Sender& sender);
    static bool may_probe(const Sender& sender, const Rules& law);
    void watch_tail(std::uint32_t flow);
    void tail(std::uint32_t flow);
    void miss(std::uint32_t flow);
    void probe_tail(std::uint32_t flow);
    static bool repaired(Sender& sender, const Packet& ack, Time rtt);
    void note_departure(Sender& sender, const Rules& law, std::uint32_t seq, bool again) const;

    // What a receiver says: acks.cpp.
    void process(std::uint32_t at);
    void note_marks(std::uint32_t flow, bool marked);
    bool wait_to_acknowledge(std::uint32_t at);
    void acknowledge_now(std::uint32_t flow);
    void acknowledge_late(std::uint32_t flow);

    // When packets may leave: pacing.cpp.
    bool room(std::uint32_t flow, const Flow& of, Sender& sender);
    void spend(std::uint32_t flow, std::uint32_t made, std::int32_t link);
    static double rate_bps(const Sender& sender, const Rules& law);

    // What connections carry: messages.cpp.
    void begin_messages();
    void post(std::uint32_t message);
    void finish(std::uint32_t message);
    void complete(std::uint32_t flow, std::uint32_t missing);
    std::uint16_t size_in_message(std::uint32_t flow, std::uint32_t seq);

    // What links say of themselves: telemetry.cpp.
    void begin_telemetry();
    void stamp(std::uint32_t at, std::int32_t link);
    void unstamp(std::uint32_t at);
    Path path_of(std::uint32_t flow);
    template <class Do>
    bool walk(std::uint32_t start, Do&& act) const;

    // Go-back-N: goback.cpp.
    bool in_order(std::uint32_t at, Receiver& receiver);

    // Sources that send whatever happens: sources.cpp.
    void begin_sources();
    double draw(std::uint32_t flow);
    void rest(std::uint32_t flow, double size_B);
    void pulse(std::uint32_t flow);
    std::uint16_t shoot(std::uint32_t flow);
    void absorb(std::uint32_t at);

    // Rates that answer notifications: rates.cpp.
    void notify(std::uint32_t flow);
    void slow_down(std::uint32_t flow);
    void cut(std::uint32_t flow);
    void ticks_on(std::uint32_t flow);
    void tick(std::uint32_t flow, std::uint32_t generation);
    double line_bps(std::uint32_t flow);

    std::uint64_t seed_;
    Wheel wheel_;
    Pool pool_;
    std::vector<std::int32_t> from_;  // of each packet: account at the way in
    std::vector<Time> host_;          // of each packet: what the receiving host took
    std::vector<Time> since_;         // of each packet: when it came, where queues are managed
    std::vector<std::uint8_t> colour_;  // of each packet, where any are asked for
    bool coloured_ = false;
    struct WayIn {
        std::int32_t memory = -1, account = -1;
    };
    std::vector<WayIn> way_in_;  // of each link: the memory behind it, and the account of class 0 there
    std::vector<std::vector<std::int32_t>> in_link_;  // of each memory: link of each account at the way in
    std::vector<std::vector<std::int32_t>> out_links_;  // of each memory
    std::vector<std::pair<std::uint32_t, std::int64_t>> dropped_;  // flow and size of what its own NIC has dropped
    Time check_at_ = 0, progress_ = 0;
    std::uint64_t arrived_ = 0, sent_then_ = 0;
    std::vector<Sender> senders_;
    std::vector<Receiver> receivers_;
    std::vector<Telemetry> telemetry_;  // of each packet, where laws ask for it: `stride_` rows,
    std::vector<std::uint8_t> stamps_;  // of which so many are filled
    std::uint32_t stride_ = 0;
    std::vector<Source> sources_;  // of each flow, where there is one
    std::vector<Posted> posted_;  // of each flow, where there are messages
    std::vector<Outgoings> outgoing_;  // of each memory
    std::vector<std::int32_t> pausing_;   // of each memory: accounts that ask for a pause
    bool settles_ = false;                // packets may leave without an event
    std::uint64_t unseen_ = 0;            // that did
    Time now_ = 0;
    std::int64_t most_packet_B_ = 0;
    std::uint32_t open_ = 0;  // flows that are not yet acknowledged

public:
    Record record;
};

}  // namespace easterly::packet
