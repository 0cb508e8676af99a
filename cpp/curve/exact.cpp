#include "curve/exact.hpp"

#include "curve/closure.hpp"
#include "curve/inverse.hpp"

namespace easterly::curve {

namespace {

Seq<Large> widened(const Seq<Fast>& of) {
    Seq<Large> made;
    made.reserve(of.size());
    for (const Piece<Fast>& each : of) made.push_back({Large(each.x), Large(each.v), Large(each.r), Large(each.s)});
    return made;
}

Function<Large> widened(const Function<Fast>& f) { return {widened(f.base), Large(f.T), Large(f.d), Large(f.c)}; }

bool small(const Function<Large>& f) {
    return f.T.small() && f.d.small() && f.c.small() && std::ranges::all_of(f.base, [](const Piece<Large>& each) {
               return each.x.small() && each.v.small() && each.r.small() && each.s.small();
           });
}

Exact::Any narrowed(Function<Large>&& f) {
    if (!small(f)) return std::move(f);
    Seq<Fast> base;
    base.reserve(f.base.size());
    for (const Piece<Large>& each : f.base)
        base.push_back({each.x.narrow(), each.v.narrow(), each.r.narrow(), each.s.narrow()});
    return Function<Fast>{std::move(base), f.T.narrow(), f.d.narrow(), f.c.narrow()};
}

Exact result(Function<Fast>&& f) { return Exact(Exact::Any(std::move(f))); }
Exact result(Function<Large>&& f) { return Exact(narrowed(std::move(f))); }
Large result(const Fast& number) { return Large(number); }
Large result(const Large& number) { return number; }
bool result(bool answer) { return answer; }

template <class Q>
Function<Q> stretched(Function<Q> f, const Q& x, const Q& y) {
    const Q one(1);
    if (x == one && y == one) return f;
    for (Piece<Q>& each : f.base) {
        each.x = each.x * x;
        if (each.v.finite()) each.v = each.v * y;
        if (each.r.finite()) each.r = each.r * y;
        each.s = each.s * y / x;
    }
    Function<Q> made{std::move(f.base), f.T * x, f.d * x, f.c * y};
    return made.straight() || made.tail() != Tail::finite ? normal(std::move(made)) : made;  // whose period is 1
}

template <class Q>
Function<Q> delayed(const Function<Q>& f, const Q& x, const Q& y, const Q& before) {
    if (x.sign() < 0) {
        const Q T = std::max(Q(0), f.T + x), end = T + f.d;
        return function(moved(part(stretch(f, end - x), -x, end - x), x, y), T, f.d, f.c);
    }
    const Seq<Q> raised = moved(f.base, x, y);
    if (x.zero()) return function(raised, f.T, f.d, f.c);
    Build<Q> made;
    made.push(Q(0), before, before, Q(0));
    append(made, raised, raised[0].v);
    return function(made.end(raised.back().x, raised.back().v), f.T + x, f.d, f.c);
}

template <class Q>
Exact::Around around(const Function<Q>& f, const Q& t) {
    // Within two periods behind T: what is further repeats.
    const Q turns = f.T + f.d < t && f.tail() == Tail::finite ? ((t - f.T) / f.d).floor() - Q(1) : Q(0);
    const Q near = t - turns * f.d, up = turns * f.c;
    const Seq<Q> all = stretch(f, std::max(near, f.end()) + f.d);
    const std::size_t i = piece_after(all, near) - 1;
    const bool on = all[i].x == near;
    const Q right = all[i].at(near), left = !on ? right : i > 0 ? all[i - 1].at(near) : all[i].v;
    return {result(left + up), result((on ? all[i].v : right) + up), result(right + up)};
}

// What two curves are multiplied by so that all their numbers are whole: arithmetic is several times as fast then.
struct Grain {
    Fast x, y;
};

Grain grain(const Function<Fast>& f, const Function<Fast>& g) {
    Fast x(1), y(1);
    const auto finer = [](Fast& grain, const Fast& number) {
        if (number.finite()) grain = common_multiple(grain, Fast(number.under()));
    };
    for (const auto* each : {&f, &g}) {
        for (const auto& piece : each->base) finer(x, piece.x);
        finer(x, each->T);
        finer(x, each->d);
    }
    for (const auto* each : {&f, &g}) {
        for (const auto& piece : each->base) {
            finer(y, piece.v);
            finer(y, piece.r);
            finer(y, piece.s / x);
        }
        finer(y, each->c);
    }
    return {x, y};
}

}  // namespace

// Runs on 64 bits where both curves have them and all that comes between does; otherwise on any length.
template <class Run>
auto Exact::with(const Exact& other, Run&& run) const {
    if (any_.index() == 0 && other.any_.index() == 0) try {
            return result(run(std::get<0>(any_), std::get<0>(other.any_)));
        } catch (const Overflow&) {
        }
    return result(run(large(), other.large()));
}

Exact::Exact(Seq<Large> base, const Large& T, const Large& d, const Large& c)
    : any_(narrowed(function(std::move(base), T, d, c))) {}
Exact::Exact(Any any) : any_(std::move(any)) {}

Function<Large> Exact::large() const {
    return any_.index() == 0 ? widened(std::get<0>(any_)) : std::get<1>(any_);
}
std::size_t Exact::pieces() const {
    return std::visit([](const auto& f) { return f.base.size(); }, any_);
}

#define EASTERLY_OF_TWO(name, expression) \
    Exact Exact::name(const Exact& other) const { \
        return with(other, [](const auto& f, const auto& g) { return expression; }); \
    }
EASTERLY_OF_TWO(lower, curve::lower(f, g))
EASTERLY_OF_TWO(upper, curve::upper(f, g))
EASTERLY_OF_TWO(sum, curve::sum(f, g))
EASTERLY_OF_TWO(deconvolution, curve::deconvolution(f, g))
EASTERLY_OF_TWO(composition, curve::composition(f, g))
#undef EASTERLY_OF_TWO

Exact Exact::convolution(const Exact& other) const {
    if (any_.index() == 0 && other.any_.index() == 0) try {
            const auto &f = std::get<0>(any_), &g = std::get<0>(other.any_);
            const auto [x, y] = grain(f, g);
            return result(stretched(curve::convolution(stretched(f, x, y), stretched(g, x, y)), Fast(1) / x, Fast(1) / y));
        } catch (const Overflow&) {  // too fine: as they are
        }
    return with(other, [](const auto& f, const auto& g) { return curve::convolution(f, g); });
}
Exact Exact::opposite() const {
    return with(*this, [](const auto& f, const auto&) { return curve::opposite(f); });
}
Exact Exact::closure() const {
    return with(*this, [](const auto& f, const auto&) { return curve::closure(f); });
}
Exact Exact::inverse(bool upper) const {
    return with(*this, [&](const auto& f, const auto&) { return curve::inverse(f, upper); });
}
Exact Exact::scaled(const Large& x, const Large& y) const { return result(stretched(large(), x, y)); }
Exact Exact::moved(const Large& x, const Large& y, const Large& before) const {
    return result(delayed(large(), x, y, before));
}
Large Exact::horizontal(const Exact& service) const {
    return with(service, [](const auto& f, const auto& g) { return curve::horizontal(f, g); });
}
Large Exact::difference(const Exact& other) const {
    return with(other, [](const auto& f, const auto& g) { return curve::difference(f, g); });
}
bool Exact::at_most(const Exact& other) const {
    return with(other, [](const auto& f, const auto& g) { return curve::at_most(f, g); });
}
bool Exact::rises() const {
    return with(*this, [](const auto& f, const auto&) { return curve::rises(f); });
}
Exact::Around Exact::at(const Large& t) const { return around(large(), t); }
Seq<Large> Exact::stretch(const Large& end) const { return curve::stretch(large(), end); }

}  // namespace easterly::curve
