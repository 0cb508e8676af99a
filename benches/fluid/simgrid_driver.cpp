// SimGrid on flows whose paths are given: CM02 without its latency and window terms is max-min fairness.
//
// Usage: simgrid_driver FILE. The file: hosts links flows; capacity of each link [B/s]; per flow: from to begin_s size_B hops links...
// One path per pair of hosts. Prints JSON: processor time of the run alone, completion times.
#include <simgrid/s4u.hpp>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;

struct Flow {
    int from, to;
    double begin;
    std::uint64_t size;
};

int main(int argc, char** argv) {
    s4u::Engine engine(&argc, argv);
    for (const char* each : {"network/model:CM02", "network/crosstraffic:0", "network/TCP-gamma:0", "network/latency-factor:1",
                             "network/bandwidth-factor:1", "network/weight-S:0"})
        s4u::Engine::set_config(each);
    std::ifstream in(argv[1]);
    int hosts, links, flows;
    in >> hosts >> links >> flows;
    auto* zone = s4u::create_full_zone("zone");
    std::vector<s4u::Host*> host;
    std::vector<s4u::Link*> link;
    for (int h = 0; h < hosts; ++h) host.push_back(zone->create_host("h" + std::to_string(h), 1e9));
    for (int l = 0; l < links; ++l) {
        double capacity;
        in >> capacity;
        link.push_back(zone->create_link("l" + std::to_string(l), capacity)->set_latency(0));
    }
    std::vector<Flow> all(flows);
    std::set<std::pair<int, int>> known;
    for (Flow& f : all) {
        int hops;
        in >> f.from >> f.to >> f.begin >> f.size >> hops;
        std::vector<s4u::LinkInRoute> route;
        for (int l; hops > 0 && in >> l; --hops) route.emplace_back(link[l]);
        if (known.insert({f.from, f.to}).second)
            zone->add_route(host[f.from]->get_netpoint(), host[f.to]->get_netpoint(), nullptr, nullptr, route, false);
    }
    zone->seal();
    double sum = 0.0, last = 0.0;
    s4u::Actor::create("sender", host[0], [&] {
        std::vector<s4u::CommPtr> sent;
        for (const Flow& f : all) {
            if (f.begin > s4u::Engine::get_clock()) s4u::this_actor::sleep_until(f.begin);
            sent.push_back(s4u::Comm::sendto_async(host[f.from], host[f.to], f.size));
        }
        for (auto& each : sent) each->wait();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double end = sent[i]->get_finish_time();
            sum += end - all[i].begin;
            last = std::max(last, end);
        }
    });
    const std::clock_t from = std::clock();
    engine.run();
    std::printf("{\"cpu_s\": %.6f, \"mean_s\": %.12g, \"last_s\": %.12g}\n", double(std::clock() - from) / CLOCKS_PER_SEC, sum / flows, last);
}
