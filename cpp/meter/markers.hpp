// Three-colour markers: RFC 2697 (one rate), RFC 2698 (two rates) and RFC 4115 (two rates, efficient for traffic in
// profile). Each takes the colour that a packet brings; a colour-blind marker is handed green for all.
#pragma once

#include "meter/bucket.hpp"

namespace easterly::meter {

enum class Colour : std::uint8_t { green = 0, yellow = 1, red = 2 };

// RFC 2697. Tokens fill the committed bucket, and only what it cannot hold fills the excess bucket.
struct SingleRate {
    Bucket committed, second;
    std::int64_t ticks_per_s, time;

    SingleRate(std::int64_t cir, std::int64_t cbs, std::int64_t ebs, std::int64_t ticks, std::int64_t start)
        : committed(cir, cbs, ticks), second(0, ebs, ticks), ticks_per_s(ticks), time(start) {}

    void advance(std::int64_t at) {
        second.pour(committed.pour(committed.earned(at - time)));
        time = at;
    }

    Colour mark(std::int64_t at, std::int64_t size, Colour given) {
        advance(at);
        const Wide cost = bit_ticks(ticks_per_s, size);
        if (given == Colour::green && committed.holds(cost)) {
            committed.credit -= cost;
            return Colour::green;
        }
        if (given == Colour::red || !second.holds(cost)) return Colour::red;
        second.credit -= cost;
        return Colour::yellow;
    }
};

// RFC 2698. The peak bucket is asked first; green takes from both buckets, yellow from the peak bucket only.
struct TwoRate {
    Bucket committed, second;
    std::int64_t ticks_per_s, time;

    TwoRate(std::int64_t cir, std::int64_t cbs, std::int64_t pir, std::int64_t pbs, std::int64_t ticks,
            std::int64_t start)
        : committed(cir, cbs, ticks), second(pir, pbs, ticks), ticks_per_s(ticks), time(start) {}

    void advance(std::int64_t at) {
        committed.pour(committed.earned(at - time));
        second.pour(second.earned(at - time));
        time = at;
    }

    Colour mark(std::int64_t at, std::int64_t size, Colour given) {
        advance(at);
        const Wide cost = bit_ticks(ticks_per_s, size);
        if (given == Colour::red || !second.holds(cost)) return Colour::red;
        second.credit -= cost;
        if (given == Colour::yellow || !committed.holds(cost)) return Colour::yellow;
        committed.credit -= cost;
        return Colour::green;
    }
};

// RFC 4115. Two buckets that never touch each other's tokens. Its text wants more tokens than the packet's size
// (`strict`); what is built takes as many as its size, as RFC 2697 and 2698 do.
struct Differential {
    Bucket committed, second;
    std::int64_t ticks_per_s, time;
    Wide least;

    Differential(std::int64_t cir, std::int64_t cbs, std::int64_t eir, std::int64_t ebs, bool strict,
                 std::int64_t ticks, std::int64_t start)
        : committed(cir, cbs, ticks), second(eir, ebs, ticks), ticks_per_s(ticks), time(start), least(strict) {}

    void advance(std::int64_t at) {
        committed.pour(committed.earned(at - time));
        second.pour(second.earned(at - time));
        time = at;
    }

    Colour mark(std::int64_t at, std::int64_t size, Colour given) {
        advance(at);
        const Wide cost = bit_ticks(ticks_per_s, size);
        if (given == Colour::green && committed.holds(cost + least)) {
            committed.credit -= cost;
            return Colour::green;
        }
        if (given == Colour::red || !second.holds(cost + least)) return Colour::red;
        second.credit -= cost;
        return Colour::yellow;
    }
};

}  // namespace easterly::meter
