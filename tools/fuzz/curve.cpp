// Exact curves: whatever the binding takes gives a curve in its one form, or one of the refusals that are declared.
#include <optional>

#include "bytes.hpp"
#include "curve/exact.hpp"

namespace {

using namespace easterly::curve;
using fuzz::Bytes;

Large number(Bytes& bytes) {
    const std::int64_t most = bytes.flip() ? 12 : INT64_MAX;
    const Whole over(bytes.within(-most, most)), under(bytes.flip() ? 1 : bytes.within(1, most));
    return Large::of(over, under);
}

Large extended(Bytes& bytes) {
    const std::uint8_t how = bytes.byte() % 16;
    return how < 2 ? Large::infinity(how == 0 ? 1 : -1) : number(bytes);
}

Large above_0(Bytes& bytes) {
    const Large made = number(bytes);
    return made.zero() ? Large(1) : made.sign() < 0 ? -made : made;
}

// As the binding makes it of numbers.
std::optional<Exact> curve(Bytes& bytes) {
    Seq<Large> base;
    Large x(0);
    for (std::int64_t count = bytes.within(1, 4); count > 0; --count) {
        const Large v = extended(bytes), r = bytes.flip() ? v : extended(bytes);
        base.push_back({x, v, r, r.finite() ? number(bytes) : Large(0)});
        x = x + above_0(bytes);
    }
    const Large v = extended(bytes);
    const std::size_t rank = static_cast<std::size_t>(bytes.byte()) % base.size();
    const Large T = bytes.flip() ? base[rank].x : x / Large(2);
    base.push_back({x, v, Large::infinity(1), Large(0)});
    try {
        return Exact(std::move(base), T, x - T, number(bytes));
    } catch (const Undefined&) {
        return {};
    }
}

template <class Run>
std::optional<Exact> made(Run&& run) {
    try {
        std::optional<Exact> found = run();
        // One form: made of its own pieces again, it is the same.
        const auto f = found->large();
        HOLDS(f.base.front().x.zero() && f.base.back().x == f.T + f.d && f.d.sign() > 0 && f.T.sign() >= 0);
        HOLDS(*found == Exact(f.base, f.T, f.d, f.c));
        return found;
    } catch (const Undefined&) {
    } catch (const TooLarge&) {
    }
    return {};
}

void play(const Exact& f, const Exact& g, Bytes& bytes) {
    switch (bytes.byte() % 12) {
        case 0: {
            const auto both = made([&] { return f.convolution(g); });
            if (both) HOLDS(*both == g.convolution(f));
            break;
        }
        case 1: made([&] { return f.deconvolution(g); }); break;
        case 2: {
            const auto low = made([&] { return f.lower(g); });
            if (low) HOLDS(low->at_most(f) && low->at_most(g));
            break;
        }
        case 3: made([&] { return f.upper(g); }); break;
        case 4: made([&] { return f.sum(g); }); break;
        case 5: made([&] { return f.composition(g); }); break;
        case 6: made([&] { return f.inverse(bytes.flip()); }); break;
        case 7: HOLDS(made([&] { return f.opposite().opposite(); }) == f); break;
        case 8: {
            const Large x = above_0(bytes), y = above_0(bytes);
            made([&] { return f.scaled(x, y); });
            break;
        }
        case 9: {
            const Large x = number(bytes), y = number(bytes), before = extended(bytes);
            made([&] { return f.moved(x, y, before); });
            break;
        }
        case 10: {
            const Large t = above_0(bytes);
            const auto later = f.at(t + f.large().T + f.large().d);
            const auto before = f.at(t + f.large().T);
            HOLDS(later.value == before.value + f.large().c && later.left == before.left + f.large().c);
            made([&] { f.stretch(t); return f; });
            break;
        }
        default:
            made([&] { f.horizontal(g); f.difference(g); return g; });
    }
}

}  // namespace

void fuzz::target(Bytes bytes) {
    const auto f = curve(bytes), g = curve(bytes);
    if (f && g) play(*f, *g, bytes);
}
