#include "fluid/engine.hpp"

#include <algorithm>
#include <tuple>

namespace easterly::fluid {

namespace {

// Completions so close to each other are one event: what lies between is rounding.
constexpr double kTogether = 1e-12;
constexpr std::int32_t kIdle = -2;

}  // namespace

Path Engine::path(const Activity& activity) const {
    const auto hops = static_cast<std::size_t>(activity.hops);
    return {std::span(link).subspan(activity.first, hops), std::span(share).subspan(activity.first, hops)};
}

void Engine::begin() {
    const std::size_t n = activities.size();
    begins.assign(n, kInfinity), sends.assign(n, kInfinity), done.assign(n, kInfinity);
    bound_.assign(n, kNobody), holds.assign(n, kIdle), place_.assign(n, -1), capped_for_.assign(n, 0.0);
    held_for_.assign(link.size(), 0.0);
    use_.assign(capacity_Bps.size(), {});
    watch_.assign(capacity_Bps.size(), -1);
    for (std::size_t k = 0; k < watched.size(); ++k) watch_[watched[k]] = static_cast<std::int32_t>(k);
    series_ = Series(watched.size(), intervals);
    waits_.assign(n, 0);
    for (const std::int32_t f : follower) ++waits_[f];
    std::int32_t ranks = 1;
    for (const Activity& each : activities) ranks = std::max(ranks, each.rank + 1);
    for (std::int32_t r = 0; r < ranks; ++r) rates_.emplace_back(capacity_Bps, shares);
    open = static_cast<std::int64_t>(n);
    for (std::size_t i = 0; i < capacities.size(); ++i) agenda_.add({capacities[i].time, Kind::capacity, static_cast<std::int32_t>(i)});
    for (std::size_t i = 0; i < reroutes.size(); ++i) agenda_.add({reroutes[i].time, Kind::reroute, static_cast<std::int32_t>(i)});
    for (std::size_t i = 0; i < n; ++i)
        if (waits_[i] == 0) release(static_cast<std::int32_t>(i), 0.0);
    agenda_.begin();
}

std::uint64_t Engine::work() const {
    std::uint64_t sum = 0;
    for (const Tenants& each : rates_) sum += each.work();
    return sum;
}

std::uint64_t Engine::unsettled() const {
    std::uint64_t sum = 0;
    for (const Tenants& each : rates_) sum += each.unsettled();
    return sum;
}

// All that the activity waits for is done.
void Engine::release(std::int32_t a, double time) {
    const Activity& activity = activities[a];
    begins[a] = std::max(time, activity.begin_s);
    sends[a] = begins[a] + activity.delay_s;
    agenda_.add({sends[a], Kind::sends, a});
}

void Engine::start(std::int32_t a, double time) {
    const Activity& activity = activities[a];
    if (activity.size_B <= 0.0) return finish(a, time);
    std::int32_t place = static_cast<std::int32_t>(sending_.size());
    if (spare_.empty()) {
        sending_.emplace_back();
    } else {
        place = spare_.back();
        spare_.pop_back();
    }
    sending_[place] = {.activity = a, .rank = activity.rank, .fresh = true, .left_B = activity.size_B, .since = time, .before_B = activity.size_B};
    place_[a] = place;
    soonest_.set(place, kInfinity);
    rates_[activity.rank].add(place, path(activity), activity.weight, activity.cap_Bps, activity.tenant);
}

void Engine::finish(std::int32_t a, double time) {
    done[a] = time;
    last_ = std::max(last_, time);
    --open;
    for (std::int64_t i = follower_ptr[a]; i < follower_ptr[a + 1]; ++i)
        if (--waits_[follower[i]] == 0) release(follower[i], time);
}

void Engine::count_busy(const Activity& activity, int more, double time) {
    for (const std::int32_t l : path(activity).link) {
        Use& use = use_[l];
        use.since = use.moving == 0 ? time : use.since;
        use.moving += more;
        use.busy_s += use.moving == 0 ? std::max(time - use.since, 0.0) : 0.0;
    }
}

// What has been sent since the rate was set.
void Engine::progress(std::int32_t place) {
    Sending& it = sending_[place];
    const double took = now_ - it.since;
    if (took <= 0.0) return;
    it.since = now_;
    const double sent_B = it.rate < kInfinity ? std::min(it.rate * took, it.left_B) : it.left_B;
    it.left_B -= sent_B;
    hold(place, took);
}

void Engine::hold(std::int32_t place, double took) {
    const Sending& it = sending_[place];
    (it.held_by >= 0 ? held_for_[it.held_by] : capped_for_[it.activity]) += took;
}

// What was not sent because rates are only found now. Changes lie in the middle of the quantum, in the mean: those who
// were there before get half of the difference, those who have come since then all of it.
void Engine::make_up(std::int32_t place, double before, double since, bool fresh) {
    Sending& it = sending_[place];
    if (it.rate == kInfinity) return;
    const double late = now_ - std::max(since, fresh ? 0.0 : solved_);
    if (late <= 0.0) return;
    it.left_B -= fresh ? it.rate * late : 0.5 * late * (it.rate - before);
    if (fresh) hold(place, late);
}

void Engine::update(std::int32_t place, std::int32_t rank) {
    Sending& it = sending_[place];
    if (it.activity < 0 || it.rank != rank) return;
    const double before = it.rate, since = it.since;
    const bool fresh = it.fresh;
    if (fresh) it.since = now_, it.fresh = false;
    else progress(place);
    const Activity& activity = activities[it.activity];
    it.rate = rates_[rank].rate(place);
    if ((before > 0.0) != (it.rate > 0.0)) count_busy(activity, it.rate > 0.0 ? 1 : -1, fresh ? since : now_);
    const std::int32_t by = rates_[rank].bottleneck(place);
    if (fresh || by != holds[it.activity]) {
        const auto way = path(activity).link;
        const auto at = std::ranges::find(way, by);
        it.held_by = at == way.end() ? -1 : static_cast<std::int32_t>(activity.first + (at - way.begin()));
        holds[it.activity] = by;
    }
    if (quantum_s > 0.0) make_up(place, before, since, fresh);
    soonest_.set(place, it.rate <= 0.0 ? kInfinity : it.rate == kInfinity ? since : now_ + it.left_B / it.rate);
}

// Ranks one after the other: each has what those before it leave.
void Engine::solve() {
    ++solves;
    for (std::size_t r = 0; r < rates_.size(); ++r) {
        rates_[r].solve();
        for (const std::int32_t place : rates_[r].opened()) update(place, static_cast<std::int32_t>(r));
        if (!watched.empty()) watch(rates_[r].touched());
        if (r + 1 == rates_.size()) break;
        for (const std::int32_t l : rates_[r].touched()) {
            const double all = rates_[r].capacity(l), left = all - rates_[r].load(l);
            rates_[r + 1].set_capacity(l, left > all * kTogether ? left : 0.0);
        }
    }
}

void Engine::watch(std::span<const std::int32_t> touched) {
    for (const std::int32_t l : touched) {
        if (watch_[l] < 0) continue;
        double load = 0.0;
        for (const Tenants& each : rates_) load += each.load(l);
        series_.set(static_cast<std::size_t>(watch_[l]), now_, load);
    }
}

Series Engine::series() const {
    Series made = series_;
    made.end(last_);
    return made;
}

void Engine::leave(std::int32_t place) {
    Sending& it = sending_[place];
    rates_[activities[it.activity].rank].remove(place);
    if (it.rate > 0.0) count_busy(activities[it.activity], -1, now_);
    it.rate = 0.0;
    const Path way = path(activities[it.activity]);
    for (std::size_t i = 0; i < way.link.size(); ++i) use_[way.link[i]].carried_B += (it.before_B - it.left_B) * way.share[i];
    it.before_B = it.left_B;
}

// The link that held the activity back longest, if `more` is added to what is known of its row `at`.
std::int32_t Engine::longest(std::int32_t a, std::int32_t at, double more) const {
    const Activity& activity = activities[a];
    double most = capped_for_[a] + (at < 0 ? more : 0.0);
    std::int32_t found = bound_[a];
    for (std::int64_t i = activity.first; i < activity.first + activity.hops; ++i) {
        const double time = held_for_[i] + (i == at ? more : 0.0);
        if (time > most) {
            most = time;
            found = link[i];
        }
    }
    return found;
}

void Engine::reroute(const Reroute& change) {
    Activity& activity = activities[change.activity];
    const std::int32_t place = place_[change.activity];
    if (place >= 0) {
        progress(place);
        leave(place);
        bound_[change.activity] = longest(change.activity, -1, 0.0);
    }
    activity.first = change.first;
    activity.hops = change.hops;
    if (place < 0) return;
    sending_[place].held_by = -1;
    sending_[place].fresh = true;
    rates_[activity.rank].add(place, path(activity), activity.weight, activity.cap_Bps, activity.tenant);
}

void Engine::happen(const Event& event) {
    switch (event.kind) {
        case Kind::capacity: return rates_[0].set_capacity(capacities[event.what].link, capacities[event.what].Bps);
        case Kind::reroute: return reroute(reroutes[event.what]);
        case Kind::sends: return start(event.what, event.time);
    }
}

// The activity has sent all.
void Engine::end(std::int32_t a, double time) {
    const std::int32_t place = place_[a];
    progress(place);
    Sending& it = sending_[place];
    it.left_B = 0.0;
    leave(place);
    bound_[a] = longest(a, -1, 0.0);
    it.activity = -1;
    place_[a] = -1;
    holds[a] = kIdle;
    spare_.push_back(place);
    finish(a, time);
    ++events;
}

void Engine::happen_next() {
    const Event event = agenda_.take();
    now_ = std::max(now_, event.time);
    last_ = std::max(last_, event.time);
    happen(event);
    ++events;
}

// All that happens by `horizon`, as one, then the rates.
void Engine::serve(double time, double horizon) {
    now_ = time;
    finished_.clear();
    for (auto [at, place] = soonest_.first(); at <= horizon; std::tie(at, place) = soonest_.first()) {
        now_ = std::max(now_, at);
        finished_.push_back(sending_[place].activity);
        soonest_.set(place, kInfinity);
    }
    std::ranges::sort(finished_);
    for (const std::int32_t a : finished_) end(a, now_);
    while (due() <= horizon) happen_next();
    solve();
}

// All that happens within a quantum, each at its time, then the rates.
void Engine::gather(double until) {
    while (true) {
        const auto [at, place] = soonest_.first();
        if (std::min(at, due()) > until) break;
        if (at > due()) {
            now_ = 0.0;
            happen_next();
            continue;
        }
        now_ = at;
        soonest_.set(place, kInfinity);
        end(sending_[place].activity, at);
    }
    now_ = until;
    solve();
    solved_ = until;
}

// What links have carried by now, and what held those back that still send.
void Engine::look(std::vector<double>& carried, std::vector<double>& busy, std::vector<std::int32_t>& by) const {
    by = bound_;
    carried.clear(), busy.clear();
    for (const Use& each : use_) {
        carried.push_back(each.carried_B);
        busy.push_back(each.busy_s + (each.moving > 0 ? std::max(now_ - each.since, 0.0) : 0.0));
    }
    for (const Sending& it : sending_) {
        if (it.activity < 0) continue;
        const double took = std::max(now_ - it.since, 0.0);
        const double sent_B = it.before_B - it.left_B + std::min(it.rate * took, it.left_B);
        const Path way = path(activities[it.activity]);
        for (std::size_t i = 0; i < way.link.size(); ++i) carried[way.link[i]] += sent_B * way.share[i];
        by[it.activity] = it.rate > 0.0 ? longest(it.activity, it.held_by, took) : holds[it.activity];
    }
}

bool Engine::run(double until, std::uint64_t most) {
    const std::uint64_t stop = most < UINT64_MAX - events ? events + most : UINT64_MAX;
    while (events < stop) {
        const double time = std::min(soonest_.first().first, due());
        if (time == kInfinity) return false;
        if (time > until) return true;
        if (quantum_s > 0.0) gather(std::min(std::max(time, solved_ + quantum_s), std::max(until, time)));
        else serve(std::max(time, now_), time + time * kTogether);
    }
    return std::min(soonest_.first().first, due()) < kInfinity;
}

}  // namespace easterly::fluid
