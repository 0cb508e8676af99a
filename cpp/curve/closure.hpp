// The sub-additive closure: the least of all sums of copies of a function.
#pragma once

#include "curve/convolution.hpp"

namespace easterly::curve {

template <class Q>
struct Cheapest {
    Q x, y;        // least y / x; x is 0 where f is +inf for all t > 0
    bool reached;  // rather than a limit
};

template <class Q>
Cheapest<Q> cheapest(const Function<Q>& f) {
    Cheapest<Q> best{Q(0), Q::infinity(1), false};
    const auto see = [&](const Q& x, const Q& y, bool reached) {
        if (!y.finite()) return;
        const Q is = best.x.zero() ? Q(0) : y * best.x, was = best.x.zero() ? Q(1) : best.y * x;
        if (is < was || (is == was && reached && !best.reached)) best = {x, y, reached};
    };
    for (std::size_t i = 1; i < f.base.size(); ++i) {
        see(f.base[i].x, f.base[i].v, true);
        see(f.base[i].x, f.base[i - 1].at(f.base[i].x), false);
        if (i + 1 < f.base.size()) see(f.base[i].x, f.base[i].r, false);
    }
    return best;
}

// f on [0, reach], and +inf behind, closed: grown by half until it repeats by the cheapest step (x, y) for as long as
// any piece reaches. Then it does so for ever: of any sum that ends behind, pieces can be taken away one at a time until
// what is left ends within that stretch.
template <class Q>
Function<Q> closure_of(const Seq<Q>& f, const Cheapest<Q>& step) {
    const Q reach = f.back().x;
    Q end = f[1].x;
    Seq<Q> made = part(f, Q(0), end);
    made = lower(made, padded(convolved(made, made, end), Q(0), end));
    for (;;) {
        end = end + end / Q(2);
        const Seq<Q> once = end < reach ? part(f, Q(0), end) : padded(f, Q(0), end);
        made = lower(once, padded(convolved(made, made, end), Q(0), end));
        if (!(end > step.x + reach)) continue;
        const Function<Q> all{made, end - step.x, step.x, step.y};
        const Q rank = least_rank(all);
        if (!(rank + step.x + reach < end)) continue;
        return function(part(made, Q(0), rank + step.x), rank, step.x, step.y);
    }
}

template <class Q>
Function<Q> closure(Function<Q> f) {
    for (std::size_t i = 0; i < f.base.size(); ++i)
        if (f.base[i].v.bottom() || (i + 1 < f.base.size() && f.base[i].r.bottom()))
            throw Undefined("the closure of a curve that is -inf somewhere is -inf from there on");
    if (f.base[0].v.sign() < 0 || f.base[0].r.sign() < 0)
        throw Undefined("the closure of a curve that starts below 0 is -inf");
    f.base[0].v = Q(0);
    f = function(f.base, f.T, f.d, f.c);
    const Cheapest<Q> step = cheapest(f);
    if (step.x.zero()) return f;
    const Q first = f.base[0].s;
    if (f.base[0].r.zero() && !(step.y < first * step.x) && (f.tail() == Tail::top || !(f.slope() < first)))
        return function(Seq<Q>{{Q(0), Q(0), Q(0), first}, {Q(1), first, Q::infinity(1), Q(0)}}, Q(0), Q(1), first);
    if (f.tail() == Tail::top) return closure_of(part(f.base, Q(0), f.T), step);
    const Q far = f.slope() * step.x;
    if (far == step.y && !step.reached && !cheapest(until(head(f))).x.zero()) {
        // The tail is as cheap as a step that is only approached, and of use for ever: head and tail, each on its own.
        Seq<Q> tail = padded(cycle(f), Q(0), f.end());
        tail[0].v = Q(0);
        return convolution(closure(until(head(f))), closure(function(tail, f.T, f.d, f.c)));
    }
    if (far < step.y || (far == step.y && !step.reached)) {  // no sum is cheaper in the end than one piece far out
        for (;;) {
            Function<Q> next = convolution(f, f);
            if (next == f) return f;
            f = std::move(next);
        }
    }
    for (Q reach = f.end() + step.x;; reach = reach + reach) {
        const Function<Q> made = closure_of(stretch(f, reach, "a closure"), step);
        if (at_most(made, f)) return made;
    }
}

}  // namespace easterly::curve
