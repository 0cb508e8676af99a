#include "flow/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "flow/cheapest.hpp"
#include "flow/inverse.hpp"
#include "random/mix.hpp"

namespace easterly::flow {

namespace {

using Index = std::int32_t;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kSlant = 1e-10;    // rates of change below this are none, relative to the largest growth
constexpr double kPrice = 1e-9;     // prices below this are none, relative to the largest
constexpr double kShorter = 1e-7;   // a path is shorter only by more than this
constexpr double kNudge = 1e-11;    // relative change of capacities, so that no two links are full at once by chance
constexpr double kClear = 1e-3;      // first those that are shorter by so much: small pivots spoil the inverse
constexpr double kEven = 0.1;      // weight of what is placed before
constexpr double kLift = 100.0;      // levels before weigh so much more than the largest price
constexpr std::int64_t kIdle = 200;  // pivots without a step after which chance picks, so that none comes round again
constexpr int kRenewEvery = 60;

struct Path {
    Index row;
    std::size_t begin, end;  // in links_
    Index place = -1;        // among the extra paths in use, or -1
};

enum class Kind { kLink, kExtra, kKey, kCorner, kDone };

struct Event {
    Kind kind = Kind::kDone;
    double step = kInf;
    Index which = -1;
};

class Sweep {
public:
    Sweep(const Wants& wants, const std::function<bool()>& going)
        : w_(wants), going_(going), links_count_(static_cast<Index>(wants.src.size())),
          rows_(static_cast<Index>(wants.from.size())), search_(wants.nodes, wants.src, wants.dst, wants.transit) {
        capacity_.assign(w_.capacity.begin(), w_.capacity.end());
        for (Index e = 0; e < links_count_; ++e)
            capacity_[e] *= 1.0 - kNudge * random::unit(random::mix(0, static_cast<std::uint64_t>(e)));
        tight_place_.assign(links_count_, -1);
        load_.assign(links_count_, 0.0);
        keyed_.assign(links_count_, 0.0);
        banned_.assign(links_count_, 0.0);
        key_.assign(rows_, -1);
        extras_.resize(rows_);
        rate_.assign(rows_, 0.0);
        growth_.assign(rows_, 0.0);
        corner_.assign(rows_, 0);
        since_.assign(rows_, 0.0);
        z_.assign(rows_, 0.0);
        out_.row_share.assign(rows_, kInf);
        out_.row_level.assign(rows_, -1);
    }

    Filled run() {
        Index last = -1;
        for (const Index s : w_.stage) last = std::max(last, s);
        for (Index s = 0; s <= last && !stopped_; ++s) fill(s);
        finish();
        return std::move(out_);
    }

private:
    // --- one stage ---------------------------------------------------------------------------------------------

    void fill(Index stage) {
        stage_ = stage;
        share_ = 0.0;
        begin_stage(stage);
        renew();
        std::int64_t idle = 0;
        while (!stopped_) {
            turn();
            const Event event = next();
            if (event.kind == Kind::kDone) break;
            move(event.step);
            idle = event.step > 0 ? 0 : idle + 1;
            shuffle_ = idle > kIdle;
            stopped_ = stopped_ || idle > 500 * kIdle;
            if (event.kind == Kind::kCorner) pass_corner();
            else leave(event);
            if (++since_asked_ >= 500) {
                since_asked_ = 0;
                stopped_ = !going_();
            }
        }
        for (Index k = 0; k < rows_; ++k)
            if (w_.stage[k] == stage) set_growth(k, 0.0);
    }

    void begin_stage(Index stage) {
        corners_.clear();
        next_corner_ = 0;
        // The fewest links, and of equal ways those that carry less of what was placed before.
        std::vector<double> length(links_count_), placed(links_count_, 0.0);
        const double top = *std::max_element(banned_.begin(), banned_.end());
        std::int32_t root = -1;
        for (Index k = 0; k < rows_; ++k) {
            if (w_.stage[k] != stage) continue;
            if (w_.to[k] != root) {
                double fullest = 0.0;
                for (Index e = 0; e < links_count_; ++e) fullest = std::max(fullest, placed[e] / capacity_[e]);
                for (Index e = 0; e < links_count_; ++e)
                    length[e] = 1.0 + (tight_place_[e] >= 0 ? 10.0 : 0.0) + (top > 0 ? 1e6 * banned_[e] / top : 0.0) +
                                (fullest > 0 ? kEven * placed[e] / capacity_[e] / fullest : 0.0);
                search_.grow(root = w_.to[k], length);
            }
            key_[k] = add_path(k);
            along(key_[k], placed, w_.rate[w_.ptr[k + 1] - 1]);
            set_growth(k, slope(k));
            for (std::int64_t p = w_.ptr[k]; p < w_.ptr[k + 1]; ++p) corners_.push_back({w_.share[p], k});
        }
        std::sort(corners_.begin(), corners_.end());
    }

    double slope(Index k) const {
        const std::int64_t p = w_.ptr[k] + corner_[k];
        if (p >= w_.ptr[k + 1]) return 0.0;
        const bool first = corner_[k] == 0;
        const double share = first ? 0.0 : w_.share[p - 1], rate = first ? 0.0 : w_.rate[p - 1];
        return (w_.rate[p] - rate) / (w_.share[p] - share);
    }

    double rate_of(Index k) const { return rate_[k] + growth_[k] * (share_ - since_[k]); }

    void set_growth(Index k, double growth) {
        rate_[k] = rate_of(k);
        since_[k] = share_;
        if (key_[k] >= 0) along(key_[k], keyed_, growth - growth_[k]);
        growth_[k] = growth;
    }

    void pass_corner() {
        const double share = corners_[next_corner_].first;
        share_ = share;
        for (; next_corner_ < corners_.size() && corners_[next_corner_].first == share; ++next_corner_) {
            const Index k = corners_[next_corner_].second;
            if (out_.row_level[k] >= 0) continue;
            const double exact = w_.rate[w_.ptr[k] + corner_[k]];
            ++corner_[k];
            set_growth(k, slope(k));
            rate_[k] = exact;
        }
    }

    // --- where everything goes while the share grows --------------------------------------------------------------

    void turn() {
        std::vector<double> full(tight_.size());
        for (std::size_t t = 0; t < tight_.size(); ++t) full[t] = -keyed_[tight_[t]];
        inverse_.right(full, moving_);
        slant_ = keyed_;
        for (std::size_t i = 0; i < extra_.size(); ++i) {
            along(extra_[i], slant_, moving_[i]);
            along(key_[path_[extra_[i]].row], slant_, -moving_[i]);
        }
    }

    Event next() {
        double size = 0.0;
        for (const double h : keyed_) size = std::max(size, std::abs(h));
        const double none = kSlant * std::max(size, 1e-300);
        Event best;
        double strength = 0.0;
        const auto offer = [&](Kind kind, Index which, double room, double speed) {
            if (speed <= none) return;
            const double step = std::max(room, 0.0) / speed;
            const double slack = 1e-13 * (share_ + 1e-3);
            double merit = speed;
            if (shuffle_) merit = random::unit(random::mix(static_cast<std::uint64_t>(out_.pivots), which + 7919 * static_cast<Index>(kind)));
            if (step < best.step - slack || (step <= best.step + slack && merit > strength)) {
                best = {kind, std::min(step, best.step < kInf && step > best.step ? best.step : step), which};
                strength = merit;
            }
        };
        for (Index e = 0; e < links_count_; ++e)
            if (tight_place_[e] < 0) offer(Kind::kLink, e, capacity_[e] - load_[e], slant_[e]);
        for (std::size_t i = 0; i < extra_.size(); ++i) {
            offer(Kind::kExtra, static_cast<Index>(i), flow_[i], -moving_[i]);
            const Index k = path_[extra_[i]].row;
            if (extras_[k].front() != extra_[i]) continue;
            double flow = rate_of(k), speed = growth_[k];
            for (const Index p : extras_[k]) {
                flow -= flow_[path_[p].place];
                speed -= moving_[path_[p].place];
            }
            offer(Kind::kKey, k, flow, -speed);
        }
        while (next_corner_ < corners_.size() && out_.row_level[corners_[next_corner_].second] >= 0) ++next_corner_;
        if (next_corner_ < corners_.size()) {
            const double step = std::max(corners_[next_corner_].first - share_, 0.0);
            if (step <= best.step) best = {Kind::kCorner, step, -1};
        } else {
            best = {};
        }
        return best;
    }

    void move(double step) {
        share_ += step;
        for (std::size_t i = 0; i < flow_.size(); ++i) flow_[i] += step * moving_[i];
        for (Index e = 0; e < links_count_; ++e) load_[e] += step * slant_[e];
    }

    // --- pivots -----------------------------------------------------------------------------------------------------

    void leave(Event event) {
        ++out_.pivots;
        if (event.kind == Kind::kKey) {
            Index most = extras_[event.which].front();
            for (const Index p : extras_[event.which])
                if (flow_[path_[p].place] > flow_[path_[most].place]) most = p;
            const Index place = path_[most].place;
            exchange(event.which, most);
            event = {Kind::kExtra, 0.0, place};
        }
        price_row(event);
        if (const Index t = loose(); t >= 0) {
            let_go(event, t);
        } else if (const Index q = shorter(); q >= 0) {
            let_in(event, q);
        } else {
            freeze();
        }
        if (++since_renewed_ >= kRenewEvery) renew();
    }

    // The row of the inverse that belongs to what leaves, as a price of each link.
    void price_row(const Event& event) {
        pi_.assign(links_count_, 0.0);
        if (event.kind == Kind::kLink) {
            crossing_.assign(extra_.size(), 0.0);
            for (std::size_t i = 0; i < extra_.size(); ++i) crossing_[i] = detour_at(extra_[i], event.which);
            inverse_.left(crossing_, u_);
            for (std::size_t t = 0; t < tight_.size(); ++t) pi_[tight_[t]] = -u_[t];
            pi_[event.which] = 1.0;
        } else {
            for (std::size_t t = 0; t < tight_.size(); ++t) pi_[tight_[t]] = inverse_.at(event.which, t);
        }
        largest_ = 0.0;
        for (const double p : pi_) largest_ = std::max(largest_, std::abs(p));
        for (double& p : pi_)
            if (std::abs(p) < kPrice * largest_) p = 0.0;
    }

    // A full link that may become less full instead; of several, the one that weighs most.
    Index loose() const {
        Index best = -1;
        double least = -1e-8 * largest_;
        for (std::size_t t = 0; t < tight_.size(); ++t)
            if (banned_[tight_[t]] == 0.0 && pi_[tight_[t]] < least) {
                least = pi_[tight_[t]];
                best = static_cast<Index>(t);
            }
        return best;
    }

    // A path that is shorter than those in use, or -1: then the prices are proof. Links that hold back levels before
    // are dear in any case: what those levels have is not to be taken from them.
    Index shorter() {
        double lift = 0.0;
        for (Index e = 0; e < links_count_; ++e)
            if (banned_[e] > 0.0 && pi_[e] < 0.0) lift = std::max(lift, -pi_[e] / banned_[e]);
        lift += kLift * largest_;
        proof_.resize(links_count_);
        double top = 0.0;
        for (Index e = 0; e < links_count_; ++e) top = std::max(top, proof_[e] = std::max(0.0, pi_[e] + lift * banned_[e]));
        length_ = proof_;
        for (double& l : length_) l += 1e-10 * top;  // of two equal ways the one of fewer links
        for (Index k = 0; k < rows_; ++k)
            z_[k] = key_[k] >= 0 && (rate_of(k) > 0 || growth_[k] > 0) ? sum(key_[k], proof_) : 0.0;
        const Index clear = shorter_by(kClear * largest_);
        return clear >= 0 ? clear : shorter_by(kShorter * largest_);
    }

    // From destination to destination, from where the last one was found; in each, where most can be moved.
    Index shorter_by(double enough) {
        Index tried = 0, k = at_;
        while (tried < rows_) {
            if (k >= rows_) k = 0;
            const Index root = w_.to[k];
            const Index begin = k;
            bool grown = false;
            Index best = -1;
            double most = 0.0;
            for (; k < rows_ && w_.to[k] == root; ++k) {
                if (z_[k] <= enough) continue;
                if (!grown) search_.grow(root, length_);
                grown = true;
                const double less = z_[k] - via(w_.from[k]);
                if (less > enough && less * (rate_of(k) + 1e-300) > most) {
                    most = less * (rate_of(k) + 1e-300);
                    best = k;
                }
            }
            tried += k - begin;
            if (best >= 0) {
                at_ = begin;
                search_.grow(root, length_);
                return add_path(best);
            }
        }
        return -1;
    }

    // Price of the path found.
    double via(Index node) const {
        double total = 0.0;
        for (Index v = node; search_.next[v] >= 0; v = w_.dst[search_.next[v]]) total += proof_[search_.next[v]];
        return total;
    }

    void let_go(const Event& event, Index t) {
        if (event.kind == Kind::kLink) {
            tight_place_[tight_[t]] = -1;
            load_[tight_[t]] = capacity_[tight_[t]];
            inverse_.replace_row(t, u_);
            tight_[t] = event.which;
            tight_place_[event.which] = t;
            return;
        }
        inverse_.shrink(event.which, t);
        drop_extra(event.which);
        tight_place_[tight_[t]] = -1;
        load_[tight_[t]] = capacity_[tight_[t]];
        if (t + 1 != static_cast<Index>(tight_.size())) {
            tight_[t] = tight_.back();
            tight_place_[tight_[t]] = t;
        }
        tight_.pop_back();
    }

    void let_in(const Event& event, Index q) {
        detour_.assign(links_count_, 0.0);
        along(q, detour_, 1.0);
        along(key_[path_[q].row], detour_, -1.0);
        std::vector<double> d(tight_.size()), w;
        for (std::size_t t = 0; t < tight_.size(); ++t) d[t] = detour_[tight_[t]];
        inverse_.right(d, w);
        if (event.kind == Kind::kLink) {
            double pivot = detour_[event.which];
            for (std::size_t i = 0; i < w.size(); ++i) pivot -= crossing_[i] * w[i];
            inverse_.grow(w, u_, pivot);
            tight_place_[event.which] = static_cast<Index>(tight_.size());
            tight_.push_back(event.which);
            path_[q].place = static_cast<Index>(extra_.size());
            extra_.push_back(q);
            flow_.push_back(0.0);
        } else {
            inverse_.replace_column(event.which, w);
            const Index old = extra_[event.which];
            std::erase(extras_[path_[old].row], old);
            path_[old].place = -1;
            extra_[event.which] = q;
            path_[q].place = event.which;
            flow_[event.which] = 0.0;
        }
        extras_[path_[q].row].push_back(q);
    }

    void drop_extra(Index place) {
        const Index old = extra_[place];
        std::erase(extras_[path_[old].row], old);
        path_[old].place = -1;
        if (place + 1 != static_cast<Index>(extra_.size())) {
            extra_[place] = extra_.back();
            flow_[place] = flow_.back();
            path_[extra_[place]].place = place;
        }
        extra_.pop_back();
        flow_.pop_back();
    }

    // The path p takes the part of the key of its row, whose flow is nothing.
    void exchange(Index k, Index p) {
        const Index place = path_[p].place, old = key_[k];
        std::vector<std::size_t> rest;
        for (const Index r : extras_[k])
            if (r != p) rest.push_back(static_cast<std::size_t>(path_[r].place));
        inverse_.exchange(place, rest);
        along(old, keyed_, -growth_[k]);
        along(p, keyed_, growth_[k]);
        key_[k] = p;
        path_[p].place = -1;
        path_[old].place = place;
        extra_[place] = old;
        flow_[place] = 0.0;
        *std::find(extras_[k].begin(), extras_[k].end(), p) = old;
    }

    // Nothing can give way: whoever grows and pays a price is held where it is.
    void freeze() {
        double most = 0.0;
        for (Index k = 0; k < rows_; ++k)
            if (growth_[k] > 0) most = std::max(most, z_[k]);
        const auto level = static_cast<Index>(out_.level_share.size());
        const double top = *std::max_element(proof_.begin(), proof_.end());
        if (!(top > 0.0)) return renew();
        for (Index k = 0; k < rows_; ++k) {
            if (growth_[k] <= 0 || z_[k] <= kShorter * largest_ || most <= 0) continue;
            set_growth(k, 0.0);
            out_.row_level[k] = level;
            out_.row_share[k] = share_;
        }
        // What has no slope now but a corner still ahead could grow later: it pays, so it is held as well.
        for (Index k = 0; k < rows_; ++k)
            if (w_.stage[k] == stage_ && out_.row_level[k] < 0 && z_[k] > kShorter * largest_ &&
                w_.ptr[k] + corner_[k] < w_.ptr[k + 1]) {
                out_.row_level[k] = level;
                out_.row_share[k] = share_;
            }
        out_.level_share.push_back(share_);
        out_.level_stage.push_back(stage_);
        for (Index e = 0; e < links_count_; ++e) {
            out_.price.push_back(proof_[e] / top);
            banned_[e] += proof_[e] > kPrice * top ? proof_[e] / top : 0.0;
        }
    }

    // --- from the beginning ------------------------------------------------------------------------------------------

    void renew() {
        since_renewed_ = 0;
        const std::size_t m = tight_.size();
        std::vector<double> matrix(m * m);
        for (std::size_t i = 0; i < m; ++i) {
            for_links(extra_[i], [&](Index e) { if (tight_place_[e] >= 0) matrix[tight_place_[e] * m + i] += 1.0; });
            for_links(key_[path_[extra_[i]].row],
                      [&](Index e) { if (tight_place_[e] >= 0) matrix[tight_place_[e] * m + i] -= 1.0; });
        }
        if (!inverse_.renew(m, std::move(matrix))) stopped_ = true;  // what was reached stands, without proof
        std::fill(load_.begin(), load_.end(), 0.0);
        std::fill(keyed_.begin(), keyed_.end(), 0.0);
        for (Index k = 0; k < rows_; ++k) {
            if (key_[k] < 0) continue;
            along(key_[k], load_, rate_of(k));
            along(key_[k], keyed_, growth_[k]);
        }
        std::vector<double> room(m);
        for (std::size_t t = 0; t < m; ++t) room[t] = capacity_[tight_[t]] - load_[tight_[t]];
        inverse_.right(room, flow_);
        for (std::size_t i = 0; i < m; ++i) {
            along(extra_[i], load_, flow_[i]);
            along(key_[path_[extra_[i]].row], load_, -flow_[i]);
        }
    }

    void finish() {
        renew();
        out_.row_rate.resize(rows_);
        for (Index k = 0; k < rows_; ++k) {
            double own = out_.row_rate[k] = rate_of(k);
            if (key_[k] < 0) continue;
            for (const Index p : extras_[k]) {
                const double flow = std::clamp(flow_[path_[p].place], 0.0, own);
                own -= flow;
                give(k, p, flow);
            }
            give(k, key_[k], std::max(own, 0.0));
        }
    }

    void give(Index k, Index p, double flow) {
        if (flow <= 0) return;
        out_.path_row.push_back(k);
        out_.path_rate.push_back(flow);
        for_links(p, [&](Index e) { out_.path_link.push_back(e); });
        out_.path_ptr.push_back(static_cast<std::int64_t>(out_.path_link.size()));
    }

    // --- paths ---------------------------------------------------------------------------------------------------------

    Index add_path(Index k) {
        const std::size_t begin = links_.size();
        for (Index v = w_.from[k]; v != w_.to[k]; v = w_.dst[search_.next[v]]) links_.push_back(search_.next[v]);
        path_.push_back({k, begin, links_.size()});
        return static_cast<Index>(path_.size() - 1);
    }

    template <class F>
    void for_links(Index p, F&& f) const {
        for (std::size_t i = path_[p].begin; i < path_[p].end; ++i) f(links_[i]);
    }
    void along(Index p, std::vector<double>& column, double by) const {
        if (by != 0.0) for_links(p, [&](Index e) { column[e] += by; });
    }
    double sum(Index p, const std::vector<double>& column) const {
        double total = 0.0;
        for_links(p, [&](Index e) { total += column[e]; });
        return total;
    }
    double detour_at(Index p, Index link) const {
        double by = 0.0;
        for_links(p, [&](Index e) { by += e == link; });
        for_links(key_[path_[p].row], [&](Index e) { by -= e == link; });
        return by;
    }

    const Wants& w_;
    const std::function<bool()>& going_;
    Index links_count_, rows_;
    Cheapest search_;
    Inverse inverse_;
    Filled out_;

    double share_ = 0.0, largest_ = 0.0;
    Index stage_ = 0, at_ = 0;
    int since_renewed_ = 0, since_asked_ = 0;
    bool stopped_ = false, shuffle_ = false;
    std::vector<double> capacity_, load_, keyed_, slant_, banned_;       // by link
    std::vector<double> rate_, growth_, since_, z_;                      // by row
    std::vector<std::int64_t> corner_;                                   // by row
    std::vector<std::pair<double, Index>> corners_;
    std::size_t next_corner_ = 0;
    std::vector<Path> path_;
    std::vector<Index> links_;
    std::vector<Index> key_;
    std::vector<std::vector<Index>> extras_;
    std::vector<Index> tight_, tight_place_, extra_;
    std::vector<double> flow_, moving_, pi_, proof_, length_, u_, crossing_, detour_;
};

}  // namespace

Filled sweep(const Wants& wants, const std::function<bool()>& going) { return Sweep(wants, going).run(); }

}  // namespace easterly::flow
