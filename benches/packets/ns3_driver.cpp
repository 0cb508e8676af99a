// One scenario of packets in ns-3: reads nodes, cables, queues and flows with their paths, prints what became of them as JSON.
// The scenario is text, one thing a line, as benches/packets/scenario.py writes it:
//   set NAME VALUE | nodes N | cable A B RATE_BPS DELAY_PS | queue A B fifo BYTES | queue A B red ...
//   flow SIZE_B START_PS node node ... / node node ...
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

#include "ns3_cubic.hpp"
#include "ns3_red_written.hpp"

using namespace ns3;

namespace {

struct Totals {
    std::uint64_t hops = 0, open = 0;
};
Totals totals;

// A cable that counts what is put on it: free of charge, unlike a trace.
class CountingChannel : public PointToPointChannel {
public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("CountingChannel").SetParent<PointToPointChannel>().AddConstructor<CountingChannel>();
        return tid;
    }
    bool TransmitStart(Ptr<const Packet> packet, Ptr<PointToPointNetDevice> from, Time lasts) override {
        ++totals.hops;
        const int side = from == GetPointToPointDevice(0) ? 0 : 1;
        sent_B[side] += packet->GetSize();
        leaving_Bs[side] += 0.5 * packet->GetSize() * lasts.GetSeconds();
        return PointToPointChannel::TransmitStart(packet, from, lasts);
    }
    std::uint64_t sent_B[2] = {0, 0};
    double leaving_Bs[2] = {0.0, 0.0};  // what is left of the packet on the wire, over time
};

// Every flow has an address at each end; a node looks up the way to it in a column.
constexpr std::uint32_t kFirst = 0x0a000000;

class PathRouting : public Ipv4RoutingProtocol {
public:
    void goes(std::uint32_t address, Ptr<NetDevice> device, std::uint32_t source) {
        Ptr<Ipv4Route> route = Create<Ipv4Route>();
        route->SetDestination(Ipv4Address(kFirst + address));
        route->SetSource(Ipv4Address(kFirst + source));
        route->SetGateway(Ipv4Address::GetAny());
        route->SetOutputDevice(device);
        at(address).route = route;
    }
    void ends(std::uint32_t address) { at(address).here = true; }

    Ptr<Ipv4Route> RouteOutput(Ptr<Packet>, const Ipv4Header& header, Ptr<NetDevice>, Socket::SocketErrno& error) override {
        error = Socket::ERROR_NOTERROR;
        return at(header.GetDestination().Get() - kFirst).route;
    }
    bool RouteInput(Ptr<const Packet> packet, const Ipv4Header& header, Ptr<const NetDevice> device, const UnicastForwardCallback& forward,
                    const MulticastForwardCallback&, const LocalDeliverCallback& deliver, const ErrorCallback&) override {
        const Way& way = at(header.GetDestination().Get() - kFirst);
        if (way.here) deliver(packet, header, ipv4_->GetInterfaceForDevice(device));
        else forward(way.route, packet, header);
        return true;
    }
    void NotifyInterfaceUp(std::uint32_t) override {}
    void NotifyInterfaceDown(std::uint32_t) override {}
    void NotifyAddAddress(std::uint32_t, Ipv4InterfaceAddress) override {}
    void NotifyRemoveAddress(std::uint32_t, Ipv4InterfaceAddress) override {}
    void SetIpv4(Ptr<Ipv4> ipv4) override { ipv4_ = ipv4; }
    void PrintRoutingTable(Ptr<OutputStreamWrapper>, Time::Unit) const override {}

private:
    struct Way {
        Ptr<Ipv4Route> route;
        bool here = false;
    };
    Way& at(std::uint32_t address) {
        if (address >= ways_.size()) ways_.resize(address + 1);
        return ways_[address];
    }
    std::vector<Way> ways_;
    Ptr<Ipv4> ipv4_;
};

struct Settings : std::map<std::string, std::string> {
    std::string text(const std::string& name, const std::string& otherwise) const {
        const auto found = find(name);
        return found == end() ? otherwise : found->second;
    }
    double number(const std::string& name, double otherwise) const {
        const auto found = find(name);
        return found == end() ? otherwise : std::stod(found->second);
    }
};

struct Cable {
    std::uint32_t a, b;
    Ptr<CountingChannel> channel;
    Ptr<PointToPointNetDevice> device[2];
};

// A queue whose contents over time are added up between two instants: what waits in the queue disc and in the device, and what
// is left of the packet on the wire.
struct Watched {
    std::string name;
    Ptr<QueueDisc> disc;
    Ptr<CountingChannel> channel;
    Ptr<PointToPointNetDevice> device;
    int side = 0;
    Time last;
    double area_Bs = 0.0, held_B = 0.0, device_B = 0.0, leaving_before_Bs = 0.0;
    std::uint64_t sent_before_B = 0, sent_B = 0;
    std::uint64_t drops_before = 0, marks_before = 0, drops = 0, marks = 0;

    void changed(std::uint32_t, std::uint32_t now_B) {
        add();
        held_B = now_B;
    }
    void device_changed(std::uint32_t, std::uint32_t now_B) {
        add();
        device_B = now_B;
    }
    void add() {
        area_Bs += (held_B + device_B) * (Simulator::Now() - last).GetSeconds();
        last = Simulator::Now();
    }
    void begin() {
        add();
        area_Bs = 0.0;
        leaving_before_Bs = channel->leaving_Bs[side];
        sent_before_B = channel->sent_B[side];
        drops_before = dropped();
        marks_before = disc->GetStats().nTotalMarkedPackets;
    }
    void end() {
        add();
        area_Bs += channel->leaving_Bs[side] - leaving_before_Bs;
        sent_B = channel->sent_B[side] - sent_before_B;
        drops = dropped() - drops_before;
        marks = disc->GetStats().nTotalMarkedPackets - marks_before;
    }
    std::uint64_t dropped() const { return disc->GetStats().nTotalDroppedPackets; }
};

struct Transfer {
    std::uint32_t number, from, to;
    std::uint64_t size_B, left_B, got_B = 0, again = 0;
    std::int64_t start_ps = 0, done_ps = -1;
    std::vector<std::uint32_t> there, back;
    bool begun = false;

    std::uint32_t source() const { return 2 * number; }
    std::uint32_t sink() const { return 2 * number + 1; }

    void feed(Ptr<Socket> socket, std::uint32_t) {
        if (!begun) return;
        while (left_B > 0) {
            const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>({left_B, socket->GetTxAvailable(), 1u << 18}));
            if (most == 0 || socket->Send(Create<Packet>(most)) <= 0) return;
            left_B -= most;
        }
    }
    void accepted(Ptr<Socket> socket, const Address&) { socket->SetRecvCallback(MakeCallback(&Transfer::arrived, this)); }
    void arrived(Ptr<Socket> socket) {
        while (Ptr<Packet> packet = socket->Recv()) {
            got_B += packet->GetSize();
            if (got_B == size_B && done_ps < 0) {
                done_ps = Simulator::Now().GetPicoSeconds();
                if (--totals.open == 0) Simulator::Stop();
            }
        }
    }
    void sent_again(Ptr<const Packet>, const TcpHeader&, const Address&, const Address&, Ptr<const TcpSocketBase>) { ++again; }
};

class Scenario {
public:
    explicit Scenario(const std::string& file) { read(file); }

    void run() {
        defaults();
        build();
        for (Transfer& each : flows_) open(each);
        const Time from = PicoSeconds(static_cast<std::int64_t>(set_.number("measure_from_ps", 0)));
        const Time to = PicoSeconds(static_cast<std::int64_t>(set_.number("measure_to_ps", 0)));
        for (Watched& each : watched_) {
            Simulator::Schedule(from, &Watched::begin, &each);
            if (to > from) Simulator::Schedule(to, &Watched::end, &each);
        }
        const double stop = set_.number("stop_ps", 0);
        if (stop > 0) Simulator::Stop(PicoSeconds(static_cast<std::int64_t>(stop)));
        totals.open = flows_.size();
        const std::clock_t begun = std::clock();
        Simulator::Run();
        const double cpu_s = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
        print(cpu_s, (to > from ? to : Simulator::Now()) - from, to <= from);
    }

private:
    void read(const std::string& file) {
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) {
            std::istringstream words(line);
            std::string what, name;
            words >> what;
            if (what == "set") {
                words >> name;
                words >> set_[name];
            } else if (what == "nodes") {
                words >> nodes_;
            } else if (what == "flow") {
                flow(words);
            } else if (!what.empty()) {
                lines_.push_back(line);
            }
        }
    }
    void flow(std::istringstream& words) {
        Transfer made;
        made.number = static_cast<std::uint32_t>(flows_.size());
        words >> made.size_B >> made.start_ps;
        made.left_B = made.size_B;
        bool back = false;
        for (std::string word; words >> word;) {
            if (word == "/") back = true;
            else (back ? made.back : made.there).push_back(static_cast<std::uint32_t>(std::stoul(word)));
        }
        made.from = made.there.front();
        made.to = made.there.back();
        flows_.push_back(made);
    }

    void defaults() {
        RngSeedManager::SetSeed(static_cast<std::uint32_t>(set_.number("seed", 1)));
        const std::string law = set_.text("transport", "TcpDctcp");
        const UintegerValue buffer(static_cast<std::uint64_t>(set_.number("socket_B", 1 << 26)));
        Config::SetDefault("ns3::TcpL4Protocol::SocketType", TypeIdValue(TypeId::LookupByName("ns3::" + law)));
        Config::SetDefault("ns3::TcpL4Protocol::RecoveryType",
                           TypeIdValue(TypeId::LookupByName("ns3::" + set_.text("recovery", "TcpPrrRecovery"))));
        Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(static_cast<std::uint64_t>(set_.number("segment_B", 1448))));
        Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(static_cast<std::uint64_t>(set_.number("ack_every", 1))));
        Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(static_cast<std::uint64_t>(set_.number("first_window", 10))));
        Config::SetDefault("ns3::TcpSocket::SndBufSize", buffer);
        Config::SetDefault("ns3::TcpSocket::RcvBufSize", buffer);
        Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(PicoSeconds(static_cast<std::int64_t>(set_.number("least_timeout_ps", 1e9)))));
        Config::SetDefault("ns3::TcpSocketBase::ClockGranularity", TimeValue(NanoSeconds(100)));
        Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(MilliSeconds(500)));
        Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(set_.number("sack", 1) > 0));
        if (set_.number("ecn", 0) > 0) Config::SetDefault("ns3::TcpSocketBase::UseEcn", StringValue("On"));
        if (law == "TcpCubic") {
            Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(set_.number("hystart", 0) > 0));
            Config::SetDefault("ns3::TcpCubic::FastConvergence", BooleanValue(set_.number("fast_convergence", 1) > 0));
        }
        if (law == "TcpCubicAsWritten") {
            Config::SetDefault("ns3::TcpCubicAsWritten::FastConvergence", BooleanValue(set_.number("fast_convergence", 1) > 0));
            Config::SetDefault("ns3::TcpCubicAsWritten::WholeTarget", BooleanValue(set_.number("whole_target", 0) > 0));
        }
        Time::SetResolution(Time::PS);
    }

    void build() {
        NodeContainer made;
        made.Create(nodes_);
        InternetStackHelper stack;
        stack.SetIpv6StackInstall(false);
        stack.Install(made);
        for (std::uint32_t n = 0; n < nodes_; ++n) {
            routing_.push_back(CreateObject<PathRouting>());
            made.Get(n)->GetObject<Ipv4>()->SetRoutingProtocol(routing_.back());
        }
        std::uint32_t address = 0xac100000;
        for (const std::string& line : lines_) {
            std::istringstream words(line);
            std::string what;
            std::uint32_t a, b;
            words >> what >> a >> b;
            if (what == "cable") cable(words, made.Get(a), made.Get(b), address);
            else if (what == "queue") queue(words, a, b);
        }
        for (Transfer& each : flows_) {
            lay(each.there, each.sink(), each.source());
            lay(each.back, each.source(), each.sink());
        }
        nodes_made_ = made;
    }

    void cable(std::istringstream& words, Ptr<Node> a, Ptr<Node> b, std::uint32_t& address) {
        std::uint64_t rate_bps = 0;
        std::int64_t delay_ps = 0;
        words >> rate_bps >> delay_ps;
        Cable made{a->GetId(), b->GetId(), CreateObject<CountingChannel>(), {}};
        made.channel->SetAttribute("Delay", TimeValue(PicoSeconds(delay_ps)));
        for (int side = 0; side < 2; ++side) {
            Ptr<Node> node = side == 0 ? a : b;
            Ptr<PointToPointNetDevice> device = CreateObject<PointToPointNetDevice>();
            device->SetAddress(Mac48Address::Allocate());
            device->SetDataRate(DataRate(rate_bps));
            auto held = CreateObjectWithAttributes<DropTailQueue<Packet>>("MaxSize", QueueSizeValue(QueueSize("1000000p")));
            device->SetQueue(held);
            node->AddDevice(device);
            device->Attach(made.channel);
            auto control = CreateObject<NetDeviceQueueInterface>();  // tells the queues above when the device is full
            device->AggregateObject(control);
            Ptr<Ipv4> ipv4 = node->GetObject<Ipv4>();
            const std::uint32_t at = ipv4->AddInterface(device);
            ipv4->AddAddress(at, Ipv4InterfaceAddress(Ipv4Address(++address), Ipv4Mask("255.255.255.255")));
            ipv4->SetUp(at);
            made.device[side] = device;
        }
        side_[{made.a, made.b}] = {cables_.size(), 0};
        side_[{made.b, made.a}] = {cables_.size(), 1};
        cables_.push_back(made);
    }

    // The device takes a packet when its cable is free, and holds none: all that waits is in the queue above.
    static void hold(Ptr<PointToPointNetDevice> device, Ptr<NetDeviceQueue> above) {
        device->TraceConnectWithoutContext("PhyTxBegin", Callback<void, Ptr<const Packet>>([above](Ptr<const Packet>) { above->Stop(); }));
        device->TraceConnectWithoutContext("PhyTxEnd", Callback<void, Ptr<const Packet>>([above](Ptr<const Packet>) {
            Simulator::ScheduleNow(&NetDeviceQueue::Wake, above);
        }));
    }

    // Queues before the cable from a to b; unless it is bare, the device holds one packet beside the one on the wire.
    void queue(std::istringstream& words, std::uint32_t a, std::uint32_t b) {
        const auto [at, side] = side_.at({a, b});
        Ptr<PointToPointNetDevice> device = cables_[at].device[side];
        const Ptr<NetDeviceQueue> below = device->GetObject<NetDeviceQueueInterface>()->GetTxQueue(0);
        if (set_.number("bare", 0) > 0) {
            hold(device, below);
        } else {
            below->ConnectQueueTraces(device->GetQueue());
            device->GetQueue()->SetMaxSize(QueueSize("1p"));
        }
        std::string kind;
        words >> kind;
        TrafficControlHelper helper;
        if (kind == "fifo") {
            std::uint64_t limit_B = 0;
            words >> limit_B;
            helper.SetRootQueueDisc("ns3::FifoQueueDisc", "MaxSize", QueueSizeValue(QueueSize(QueueSizeUnit::BYTES, static_cast<std::uint32_t>(limit_B))));
        } else {
            double least_B = 0, most_B = 0, probability = 0, weight = 0;
            std::uint64_t limit_B = 0;
            int hard = 0, gentle = 0, wait = 0;
            words >> least_B >> most_B >> probability >> weight >> limit_B >> hard >> gentle >> wait;
            if (set_.number("red_as_written", 0) > 0) {
                const double slot_s = (set_.number("segment_B", 1448) + 54) * 8.0 / static_cast<double>(rate_of(device).GetBitRate());
                helper.SetRootQueueDisc("ns3::RedAsWritten", "MaxSize", QueueSizeValue(QueueSize(QueueSizeUnit::BYTES, static_cast<std::uint32_t>(limit_B))),
                                        "MinTh", DoubleValue(least_B), "MaxTh", DoubleValue(most_B), "MaxP", DoubleValue(probability), "QW", DoubleValue(weight),
                                        "Slot", DoubleValue(slot_s), "Gentle", BooleanValue(gentle > 0), "UseEcn", BooleanValue(set_.number("ecn", 0) > 0));
            } else helper.SetRootQueueDisc(
                "ns3::RedQueueDisc", "MaxSize", QueueSizeValue(QueueSize(QueueSizeUnit::BYTES, static_cast<std::uint32_t>(limit_B))),
                "MinTh", DoubleValue(least_B), "MaxTh", DoubleValue(most_B), "LInterm", DoubleValue(1.0 / probability),
                "QW", DoubleValue(weight), "UseEcn", BooleanValue(set_.number("ecn", 0) > 0), "UseHardDrop", BooleanValue(hard > 0),
                "Gentle", BooleanValue(gentle > 0), "Wait", BooleanValue(wait > 0),
                "MeanPktSize", UintegerValue(static_cast<std::uint64_t>(set_.number("segment_B", 1448)) + 52),
                "LinkBandwidth", DataRateValue(device->GetObject<PointToPointNetDevice>() ? rate_of(device) : DataRate(1)),
                "LinkDelay", TimeValue(MicroSeconds(1)));
        }
        Ptr<QueueDisc> disc = helper.Install(device).Get(0);
        Watched made;
        made.name = std::to_string(a) + "-" + std::to_string(b);
        made.disc = disc, made.channel = cables_[at].channel, made.side = side;
        made.device = device;
        watched_.push_back(made);
    }
    static DataRate rate_of(Ptr<PointToPointNetDevice> device) {
        DataRateValue rate;
        device->GetAttribute("DataRate", rate);
        return rate.Get();
    }

    void lay(const std::vector<std::uint32_t>& path, std::uint32_t address, std::uint32_t source) {
        for (std::size_t i = 0; i + 1 < path.size(); ++i) {
            const auto [at, side] = side_.at({path[i], path[i + 1]});
            routing_[path[i]]->goes(address, cables_[at].device[side], source);
        }
        routing_[path.back()]->ends(address);
    }

    void open(Transfer& flow) {
        if (watches_queues() && flow.number == 0)
            for (Watched& each : watched_) {
                each.disc->TraceConnectWithoutContext("BytesInQueue", MakeCallback(&Watched::changed, &each));
                each.device->GetQueue()->TraceConnectWithoutContext("BytesInQueue", MakeCallback(&Watched::device_changed, &each));
            }
        const std::uint16_t port = 9;
        Ptr<Socket> sink = Socket::CreateSocket(nodes_made_.Get(flow.to), TcpSocketFactory::GetTypeId());
        sink->Bind(InetSocketAddress(Ipv4Address(kFirst + flow.sink()), port));
        sink->Listen();
        sink->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(), MakeCallback(&Transfer::accepted, &flow));
        Ptr<Socket> socket = Socket::CreateSocket(nodes_made_.Get(flow.from), TcpSocketFactory::GetTypeId());
        socket->Bind(InetSocketAddress(Ipv4Address(kFirst + flow.source()), static_cast<std::uint16_t>(1000 + flow.number % 60000)));
        socket->SetSendCallback(MakeCallback(&Transfer::feed, &flow));
        if (set_.number("count_again", 1) > 0) socket->TraceConnectWithoutContext("Retransmission", MakeCallback(&Transfer::sent_again, &flow));
        socket->Connect(InetSocketAddress(Ipv4Address(kFirst + flow.sink()), port));
        Simulator::Schedule(PicoSeconds(flow.start_ps), [&flow, socket] {
            flow.begun = true;
            flow.feed(socket, 0);
        });
    }
    bool watches_queues() const { return set_.number("watch", 0) > 0; }

    void print(double cpu_s, Time window, bool to_the_end) {
        std::cout << std::setprecision(12) << "{\"cpu_s\": " << cpu_s << ", \"hops\": " << totals.hops
                  << ", \"events\": " << Simulator::GetEventCount() << ", \"end_ps\": " << Simulator::Now().GetPicoSeconds() << ", \"fct_ps\": [";
        for (const Transfer& each : flows_) std::cout << (each.number ? ", " : "") << (each.done_ps < 0 ? -1 : each.done_ps - each.start_ps);
        std::cout << "], \"received_B\": [";
        for (const Transfer& each : flows_) std::cout << (each.number ? ", " : "") << each.got_B;
        std::cout << "], \"again\": [";
        for (const Transfer& each : flows_) std::cout << (each.number ? ", " : "") << each.again;
        std::uint64_t drops = 0, marks = 0;
        for (const Watched& each : watched_) drops += each.dropped(), marks += each.disc->GetStats().nTotalMarkedPackets;
        std::cout << "], \"drops\": " << drops << ", \"marks\": " << marks << ", \"queues\": {";
        bool first = true;
        for (Watched& each : watched_) {
            if (!watches_queues()) break;
            if (to_the_end) each.end();
            std::cout << (first ? "" : ", ") << "\"" << each.name << "\": {\"mean_B\": " << each.area_Bs / window.GetSeconds()
                      << ", \"sent_B\": " << each.sent_B << ", \"drops\": " << each.drops << ", \"marks\": " << each.marks << "}";
            first = false;
        }
        std::cout << "}}\n";
    }

    Settings set_;
    std::uint32_t nodes_ = 0;
    std::vector<std::string> lines_;
    std::vector<Transfer> flows_;
    std::vector<Cable> cables_;
    std::vector<Watched> watched_;
    std::vector<Ptr<PathRouting>> routing_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::size_t, int>> side_;
    NodeContainer nodes_made_;
};

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "usage: " << words[0] << " SCENARIO\n";
        return 2;
    }
    TcpCubicAsWritten::GetTypeId();
    RedAsWritten::GetTypeId();
    Scenario(words[1]).run();
    return 0;
}
