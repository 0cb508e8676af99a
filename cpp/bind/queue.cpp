#include <array>

#include "bind/arrays.hpp"
#include "bind/queue_docs.hpp"
#include "bind/rooms.hpp"
#include "queue/erlang.hpp"
#include "queue/gamma.hpp"
#include "queue/priority.hpp"
#include "queue/sizing.hpp"
#include "queue/waits.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using queue::Station;
using Floats = In<double>;
using Counts = In<std::int64_t>;
using Table = In2<double>;

constexpr std::int64_t kMostServers = std::int64_t{1} << 52;
constexpr double kMostWait = 1e12;  // in service times, beyond which a tail is asked in vain

void within(const char* name, std::span<const std::int64_t> values, std::int64_t least) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] < least || values[i] > kMostServers)
            refuse(entry(name, i, std::to_string(values[i])) + ", not within " + std::to_string(least) + "..2^52");
}

// Every entry in 0 .. `most`, or above 0 where `strictly`.
void between(const char* name, std::span<const double> values, double most, bool strictly) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!((strictly ? values[i] > 0.0 : values[i] >= 0.0) && values[i] <= most))
            refuse(entry(name, i, std::to_string(values[i])) + (strictly ? ", not above 0 and at most " : ", not in 0..") +
                   std::to_string(most));
}

void rates(std::span<const double> arrival, std::span<const double> rate) {
    same_length("rate", rate.size(), "arrival", arrival.size());
    at_least("arrival", arrival, 0.0, false);
    at_least("rate", rate, 0.0, true);
    for (std::size_t i = 0; i < arrival.size(); ++i)
        if (!(arrival[i] / rate[i] <= queue::kMostLoad))
            refuse(entry("arrival", i, std::to_string(arrival[i])) + ", more than 1e12 services' worth");
}

// A column for each number of a station.
class Columns {
  public:
    explicit Columns(std::size_t rows) {
        for (auto& column : columns_) column.resize(rows);
    }
    void put(std::size_t i, const Station& s) {
        const std::array<double, 8> all{s.rho, s.P_wait, s.Lq, s.Wq, s.L, s.W, s.P_loss, s.carried};
        for (std::size_t k = 0; k < all.size(); ++k) columns_[k][i] = all[k];
    }
    auto give_all() {
        auto each = [&](int k) { return give(std::move(columns_[static_cast<std::size_t>(k)])); };
        return nb::make_tuple(each(0), each(1), each(2), each(3), each(4), each(5), each(6), each(7));
    }

  private:
    std::array<std::vector<double>, 8> columns_;
};

template <class Work>
auto stations(std::size_t rows, Work work) {
    Columns made(rows);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < rows; ++i) made.put(i, work(i));
    }
    return made.give_all();
}

template <class T, class Work>
auto column(std::size_t rows, Work work) {
    std::vector<T> made(rows);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < rows; ++i) made[i] = work(i);
    }
    return give(std::move(made));
}

auto mmc(Floats arrival, Floats rate, Counts servers) {
    const auto a = view(arrival), m = view(rate);
    const auto c = view(servers);
    rates(a, m);
    same_length("servers", c.size(), "arrival", a.size());
    within("servers", c, 1);
    return stations(a.size(), [=](std::size_t i) { return queue::mmc(a[i], m[i], c[i]); });
}

auto mmck(Floats arrival, Floats rate, Counts servers, Counts places) {
    const auto a = view(arrival), m = view(rate);
    const auto c = view(servers), k = view(places);
    rates(a, m);
    same_length("servers", c.size(), "arrival", a.size());
    same_length("places", k.size(), "arrival", a.size());
    within("servers", c, 1);
    within("places", k, 1);
    for (std::size_t i = 0; i < k.size(); ++i)
        if (k[i] < c[i]) refuse(entry("places", i, std::to_string(k[i])) + ", fewer than servers: " + std::to_string(c[i]));
    return stations(a.size(), [=](std::size_t i) { return queue::mmck(a[i], m[i], c[i], k[i]); });
}

auto erlang_a(Floats arrival, Floats rate, Counts servers, Floats patience) {
    const auto a = view(arrival), m = view(rate), p = view(patience);
    const auto c = view(servers);
    rates(a, m);
    same_length("servers", c.size(), "arrival", a.size());
    same_length("patience", p.size(), "arrival", a.size());
    within("servers", c, 1);
    at_least("patience", p, 0.0, true);
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] / p[i] <= queue::kMostLoad))
            refuse(entry("patience", i, std::to_string(p[i])) + ", less than a 1e12th of the arrivals");
    return stations(a.size(), [=](std::size_t i) { return queue::erlang_a(a[i], m[i], c[i], p[i]); });
}

auto mg1(Floats arrival, Floats mean, Floats scv) {
    const auto a = view(arrival), m = view(mean), s = view(scv);
    same_length("mean", m.size(), "arrival", a.size());
    same_length("scv", s.size(), "arrival", a.size());
    at_least("arrival", a, 0.0, false);
    at_least("mean", m, 0.0, true);
    at_least("scv", s, 0.0, false, true);
    return stations(a.size(), [=](std::size_t i) { return queue::mg1(a[i], m[i], s[i]); });
}

auto erlang_b(Counts servers, Floats load) {
    const auto c = view(servers);
    const auto a = view(load);
    same_length("load", a.size(), "entry of servers", c.size());
    within("servers", c, 0);
    between("load", a, queue::kMostLoad, false);
    return column<double>(a.size(), [=](std::size_t i) {
        return a[i] > 0.0 ? 1.0 / queue::below(c[i], a[i]).states : (c[i] > 0 ? 0.0 : 1.0);
    });
}

template <void (*work)(const queue::Classes&, std::span<double>)>
auto priority(Table arrival, Table mean, Table second) {
    const std::size_t rows = arrival.shape(0), width = arrival.shape(1), all = rows * width;
    for (const auto* each : {&mean, &second})
        if (each->shape(0) != rows || each->shape(1) != width) refuse("mean and second must have the shape of arrival");
    const std::span<const double> a{arrival.data(), all}, m{mean.data(), all}, s{second.data(), all};
    at_least("arrival", a, 0.0, false);
    at_least("mean", m, 0.0, true);
    at_least("second", s, 0.0, false, true);
    std::vector<double> made(all);
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < rows; ++i) {
            const auto part = [&](std::span<const double> x) { return x.subspan(i * width, width); };
            work({part(a), part(m), part(s)}, std::span<double>(made).subspan(i * width, width));
        }
    }
    return give(std::move(made), rows, width);
}

auto poisson(Floats k, Floats mean) {
    const auto n = view(k), m = view(mean);
    same_length("mean", m.size(), "entry of k", n.size());
    between("k", n, 1e15, false);
    at_least("mean", m, 0.0, false, true);
    for (std::size_t i = 0; i < n.size(); ++i)
        if (n[i] != std::floor(n[i])) refuse(entry("k", i, std::to_string(n[i])) + ", not a whole number");
    return column<double>(n.size(), [=](std::size_t i) { return queue::poisson(n[i], m[i]); });
}

auto gamma_tail(Floats shape, Floats x) {
    const auto a = view(shape), y = view(x);
    same_length("x", y.size(), "entry of shape", a.size());
    between("shape", a, kMostWait, true);
    at_least("x", y, 0.0, false, true);
    return column<double>(a.size(), [=](std::size_t i) { return queue::gamma_tail(a[i], y[i]); });
}

void below_one(std::span<const double> rho) {
    between("rho", rho, 1.0, false);
    for (std::size_t i = 0; i < rho.size(); ++i)
        if (rho[i] >= 1.0) refuse(entry("rho", i, std::to_string(rho[i])) + ", not below 1");
}

auto md1_beyond(Floats rho, Floats wait) {
    const auto r = view(rho), w = view(wait);
    same_length("wait", w.size(), "entry of rho", r.size());
    below_one(r);
    between("wait", w, kMostWait, false);
    return column<double>(r.size(), [=](std::size_t i) { return queue::Md1(r[i]).exceeds(w[i]); });
}

auto md1_quantile(Floats rho, Floats share) {
    const auto r = view(rho), q = view(share);
    same_length("share", q.size(), "entry of rho", r.size());
    below_one(r);
    between("share", q, 1.0, true);
    return column<double>(r.size(), [=](std::size_t i) {
        const queue::Md1 station(r[i]);
        return queue::quantile([&](double t) { return station.exceeds(t); }, q[i]);
    });
}

void mixtures(std::span<const std::int64_t> ptr, std::span<const double> residual, std::size_t rows) {
    csr("ptr", ptr, residual.size());
    same_length("ptr", ptr.size(), "entry of rho and one more", rows + 1);
    between("residual", residual, 1.0, false);
    for (std::size_t i = 0; i < rows; ++i) {
        double total = 0.0;
        for (std::int64_t e = ptr[i]; e < ptr[i + 1]; ++e) total += residual[static_cast<std::size_t>(e)];
        if (!(std::abs(total - 1.0) < 1e-9)) refuse(entry("residual", i, std::to_string(total)) + " in all, not 1");
    }
}

template <class Answer>
auto phases(Floats rho, Counts ptr, Floats residual, Floats at, Answer answer) {
    const auto r = view(rho), f = view(residual), x = view(at);
    const auto p = view(ptr);
    below_one(r);
    mixtures(p, f, r.size());
    return column<double>(r.size(), [=](std::size_t i) {
        const auto from = static_cast<std::size_t>(p[i]), count = static_cast<std::size_t>(p[i + 1]) - from;
        return answer(queue::compound(r[i], f.subspan(from, count)), x[i]);
    });
}

auto phases_beyond(Floats rho, Counts ptr, Floats residual, Floats x) {
    same_length("x", view(x).size(), "entry of rho", view(rho).size());
    between("x", view(x), kMostWait, false);
    return phases(rho, ptr, residual, x, [](const queue::PhaseTail& tail, double at) { return tail.exceeds(at); });
}

auto phases_quantile(Floats rho, Counts ptr, Floats residual, Floats share) {
    same_length("share", view(share).size(), "entry of rho", view(rho).size());
    between("share", view(share), 1.0, true);
    return phases(rho, ptr, residual, share, [](const queue::PhaseTail& tail, double q) {
        return queue::quantile([&](double t) { return tail.exceeds(t); }, q);
    });
}

queue::Aim aim_of(int aim) {
    if (aim < 0 || aim >= queue::kAims) refuse("aim is " + std::to_string(aim) + ", not within 0..5");
    return static_cast<queue::Aim>(aim);
}

// Times above 0, or shares of customers, of which all of them are no target.
void targets(queue::Aim aim, std::span<const double> target, std::span<const double> at) {
    at_least("target", target, 0.0, true);
    at_least("at", at, 0.0, false);
    if (aim == queue::Aim::wait || aim == queue::Aim::time) return;
    for (std::size_t i = 0; i < target.size(); ++i)
        if (target[i] >= 1.0)
            refuse(entry("target", i, std::to_string(target[i])) + ", not a share of customers below 1");
}

auto measure(int aim, Floats arrival, Floats rate, Counts servers, Floats at) {
    const auto which = aim_of(aim);
    const auto a = view(arrival), m = view(rate), t = view(at);
    const auto c = view(servers);
    rates(a, m);
    same_length("servers", c.size(), "arrival", a.size());
    same_length("at", t.size(), "arrival", a.size());
    within("servers", c, 1);
    at_least("at", t, 0.0, false);
    return column<double>(a.size(), [=](std::size_t i) { return queue::measure(which, a[i], m[i], c[i], t[i]); });
}

auto fewest_servers(int aim, Floats arrival, Floats rate, Floats target, Floats at) {
    const auto which = aim_of(aim);
    const auto a = view(arrival), m = view(rate), g = view(target), t = view(at);
    rates(a, m);
    same_length("target", g.size(), "arrival", a.size());
    same_length("at", t.size(), "arrival", a.size());
    targets(which, g, t);
    return column<std::int64_t>(a.size(), [=](std::size_t i) {
        return queue::fewest_servers(which, a[i], m[i], g[i], t[i]);
    });
}

auto most_load(int aim, Floats rate, Counts servers, Floats target, Floats at) {
    const auto which = aim_of(aim);
    const auto m = view(rate), g = view(target), t = view(at);
    const auto c = view(servers);
    same_length("servers", c.size(), "entry of rate", m.size());
    same_length("target", g.size(), "entry of rate", m.size());
    same_length("at", t.size(), "entry of rate", m.size());
    at_least("rate", m, 0.0, true);
    within("servers", c, 1);
    for (std::size_t i = 0; i < c.size(); ++i)
        if (static_cast<double>(c[i]) > queue::kMostLoad)
            refuse(entry("servers", i, std::to_string(c[i])) + ", more than 1e12");
    targets(which, g, t);
    return column<double>(m.size(), [=](std::size_t i) { return queue::most_load(which, m[i], c[i], g[i], t[i]); });
}

auto sojourn_quantile(Floats arrival, Floats rate, Counts servers, Floats share) {
    const auto a = view(arrival), m = view(rate), q = view(share);
    const auto c = view(servers);
    rates(a, m);
    same_length("servers", c.size(), "arrival", a.size());
    same_length("share", q.size(), "arrival", a.size());
    within("servers", c, 1);
    between("share", q, 1.0, true);
    return column<double>(a.size(), [=](std::size_t i) {
        const Station at = queue::mmc(a[i], m[i], c[i]);
        if (std::isinf(at.Wq)) return at.Wq;
        const auto beyond = [&](double t) { return queue::sojourn_beyond(a[i], m[i], c[i], at.P_wait, t / m[i]); };
        return queue::quantile(beyond, q[i]) / m[i];
    });
}

}  // namespace

void queues(nb::module_& m) {
    m.def("mmc", &mmc, "arrival"_a.noconvert(), "rate"_a.noconvert(), "servers"_a.noconvert(), kMmc);
    m.def("mmck", &mmck, "arrival"_a.noconvert(), "rate"_a.noconvert(), "servers"_a.noconvert(),
          "places"_a.noconvert(), kMmck);
    m.def("erlang_a", &erlang_a, "arrival"_a.noconvert(), "rate"_a.noconvert(), "servers"_a.noconvert(),
          "patience"_a.noconvert(), kErlangA);
    m.def("mg1", &mg1, "arrival"_a.noconvert(), "mean"_a.noconvert(), "scv"_a.noconvert(), kMg1);
    m.def("erlang_b", &erlang_b, "servers"_a.noconvert(), "load"_a.noconvert(), kErlangB);
    m.def("non_preemptive", &priority<&queue::non_preemptive>, "arrival"_a.noconvert(), "mean"_a.noconvert(),
          "second"_a.noconvert(), kNonPreemptive);
    m.def("preemptive_resume", &priority<&queue::preemptive_resume>, "arrival"_a.noconvert(), "mean"_a.noconvert(),
          "second"_a.noconvert(), kPreemptive);
    m.def("poisson", &poisson, "k"_a.noconvert(), "mean"_a.noconvert(), kPoisson);
    m.def("gamma_tail", &gamma_tail, "shape"_a.noconvert(), "x"_a.noconvert(), kGammaTail);
    m.def("md1_beyond", &md1_beyond, "rho"_a.noconvert(), "wait"_a.noconvert(), kMd1Beyond);
    m.def("md1_quantile", &md1_quantile, "rho"_a.noconvert(), "share"_a.noconvert(), kMd1Quantile);
    m.def("phases_beyond", &phases_beyond, "rho"_a.noconvert(), "ptr"_a.noconvert(), "residual"_a.noconvert(),
          "x"_a.noconvert(), kPhasesBeyond);
    m.def("phases_quantile", &phases_quantile, "rho"_a.noconvert(), "ptr"_a.noconvert(), "residual"_a.noconvert(),
          "share"_a.noconvert(), kPhasesQuantile);
    m.def("measure", &measure, "aim"_a, "arrival"_a.noconvert(), "rate"_a.noconvert(), "servers"_a.noconvert(),
          "at"_a.noconvert(), kMeasure);
    m.def("fewest_servers", &fewest_servers, "aim"_a, "arrival"_a.noconvert(), "rate"_a.noconvert(),
          "target"_a.noconvert(), "at"_a.noconvert(), kFewestServers);
    m.def("most_load", &most_load, "aim"_a, "rate"_a.noconvert(), "servers"_a.noconvert(), "target"_a.noconvert(),
          "at"_a.noconvert(), kMostLoad);
    m.def("sojourn_quantile", &sojourn_quantile, "arrival"_a.noconvert(), "rate"_a.noconvert(),
          "servers"_a.noconvert(), "share"_a.noconvert(), kSojournQuantile);
}

}  // namespace easterly::bind
