// ns-3's RedQueueDisc before a line of constant rate, without a network: reads packets and parameters, prints what it said of each
// packet and its average afterwards as JSON.
//   set NAME VALUE | packet TIME_PS SIZE_B ECT
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/traffic-control-module.h"

using namespace ns3;

// Its average has no trace: the one way that the language leaves to a member that is private.
template <auto Member>
struct Opens {
    friend double average_of(const RedQueueDisc& disc) { return disc.*Member; }
};
double average_of(const RedQueueDisc& disc);
template struct Opens<&RedQueueDisc::m_qAvg>;

namespace {

class Offered : public QueueDiscItem {
public:
    Offered(Ptr<Packet> packet, bool capable) : QueueDiscItem(packet, Address(), 0), capable_(capable) {}
    void AddHeader() override {}
    bool Mark() override { return marked = capable_; }
    bool marked = false;

private:
    bool capable_;
};

struct Arrival {
    std::int64_t time_ps = 0;
    std::uint32_t size_B = 0;
    int capable = 0;
};

class Line {
public:
    std::map<std::string, double> set;
    std::vector<Arrival> arrivals;

    void run() {
        disc_ = CreateObject<RedQueueDisc>();
        const auto unit = set["by_packets"] > 0 ? QueueSizeUnit::PACKETS : QueueSizeUnit::BYTES;
        disc_->SetMaxSize(QueueSize(unit, static_cast<std::uint32_t>(set["limit"])));
        for (const auto& [name, from] : {std::pair{"MinTh", "low"}, {"MaxTh", "high"}, {"QW", "weight"}}) disc_->SetAttribute(name, DoubleValue(set[from]));
        disc_->SetAttribute("LInterm", DoubleValue(1.0 / set["most"]));
        for (const auto& [name, from] : {std::pair{"Gentle", "gentle"}, {"UseEcn", "ecn"}, {"UseHardDrop", "hard_drop"}})
            disc_->SetAttribute(name, BooleanValue(set[from] > 0));
        disc_->SetAttribute("Wait", BooleanValue(false));
        disc_->SetAttribute("MeanPktSize", UintegerValue(static_cast<std::uint64_t>(set["mean_B"])));
        disc_->SetAttribute("LinkBandwidth", DataRateValue(DataRate(static_cast<std::uint64_t>(set["rate_bps"]))));
        disc_->AssignStreams(static_cast<std::int64_t>(set["stream"]));
        disc_->Initialize();
        for (std::size_t i = 0; i < arrivals.size(); ++i) Simulator::Schedule(PicoSeconds(arrivals[i].time_ps), &Line::arrive, this, i);
        Simulator::Run();
        print();
    }

private:
    void arrive(std::size_t i) {
        Ptr<Offered> item = Create<Offered>(Create<Packet>(arrivals[i].size_B), arrivals[i].capable > 0);
        const bool kept = disc_->Enqueue(item);
        verdicts_.push_back(!kept ? 2 : item->marked ? 1 : 0);
        averages_.push_back(average_of(*disc_));
        if (!busy_) serve();
    }
    void serve() {
        Ptr<QueueDiscItem> next = disc_->Dequeue();
        busy_ = next != nullptr;
        if (busy_) Simulator::Schedule(PicoSeconds(static_cast<std::int64_t>(next->GetSize() * 8e12 / set["rate_bps"])), &Line::serve, this);
    }
    void print() const {
        std::cout << std::setprecision(17) << "{\"verdict\": [";
        for (std::size_t i = 0; i < verdicts_.size(); ++i) std::cout << (i ? ", " : "") << verdicts_[i];
        std::cout << "], \"average\": [";
        for (std::size_t i = 0; i < averages_.size(); ++i) std::cout << (i ? ", " : "") << averages_[i];
        std::cout << "]}\n";
    }

    Ptr<RedQueueDisc> disc_;
    std::vector<int> verdicts_;
    std::vector<double> averages_;
    bool busy_ = false;
};

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "usage: " << words[0] << " PACKETS\n";
        return 2;
    }
    Time::SetResolution(Time::PS);
    Line line;
    std::ifstream in(words[1]);
    for (std::string text; std::getline(in, text);) {
        std::istringstream of(text);
        std::string what, name;
        of >> what;
        if (what == "set") {
            of >> name;
            of >> line.set[name];
        } else if (what == "packet") {
            Arrival made;
            of >> made.time_ps >> made.size_B >> made.capable;
            line.arrivals.push_back(made);
        }
    }
    line.run();
    return 0;
}
