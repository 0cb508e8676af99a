// Packet memory of a switch chip: cells counted at once for where a packet came in and where it goes out, reserved
// minima, dynamic thresholds (Choudhury & Hahne 1998, IEEE/ACM ToN 6:2), headroom behind the threshold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace easterly::buffer {

// Numbers of cells are 64 bits wide, or 32 where there are many accounts and cache lines count.
template <class Cells>
struct GaugeOf {
    Cells used = 0, peak = 0;
    void add(Cells cells) {
        used += cells;
        peak = std::max(peak, used);
    }
};

// A share of memory that many accounts draw on.
template <class Cells>
struct PoolOf {
    Cells shared = 0;    // cells beyond what is reserved and kept as headroom
    Cells headroom = 0;
    GaugeOf<Cells> in_shared, in_headroom;
    // Free cells from which on no account, and none that may pause, can be above its threshold: see `calm_from`.
    Cells calm = std::numeric_limits<Cells>::max(), still = calm;
    Cells free() const { return shared - in_shared.used; }
    bool is_still() const { return free() >= still; }
};

template <class Cells>
using Product = std::conditional_t<sizeof(Cells) == 4, std::int64_t, __int128>;

struct Refusals {
    std::int64_t refused_packets = 0, refused_B = 0;
    void refuse(std::int64_t size_B) {
        ++refused_packets;
        refused_B += size_B;
    }
};
struct Uncounted {
    void refuse(std::int64_t) {}
};

// One ingress priority group or one egress queue; where cache lines count it is one.
template <class Cells>
struct alignas(sizeof(Cells) == 4 ? 64 : 16) AccountOf : std::conditional_t<sizeof(Cells) == 4, Uncounted, Refusals> {
    GaugeOf<Cells> in_use, in_headroom;  // in_use: reserved and shared cells
    Cells reserved = 0;        // cells that are always there
    Cells num = 0, den = 0;    // threshold num/den x free cells; den 0: `limit` cells
    Cells limit = 0;
    Cells headroom = 0;        // a group with headroom is lossless
    Cells xon = 0, xon_offset = 0;
    std::int32_t pool = 0, port = 0;
    bool paused = false;

    Cells shared() const { return std::max<Cells>(0, in_use.used - reserved); }
    // Of `cells` more, those that the reserved part cannot take.
    Cells beyond(Cells cells) const {
        return std::max<Cells>(0, in_use.used + cells - std::max(reserved, in_use.used));
    }
    // Whether `cells` in the shared part are within the threshold, with `free` cells of the pool left.
    bool within(Cells cells, Cells free) const {
        if (den == 0) return cells <= limit;
        return static_cast<Product<Cells>>(cells) * den <= static_cast<Product<Cells>>(free) * num;
    }
    Cells threshold(Cells free) const {
        if (den == 0) return limit;
        const Product<Cells> exact = static_cast<Product<Cells>>(free) * num / den;
        return static_cast<Cells>(std::min<Product<Cells>>(exact, std::numeric_limits<Cells>::max()));
    }
    // The fewest free cells of a pool of `all` with which it is within its threshold even if it holds the rest:
    // threshold(free) >= all - free.
    Cells calm_from(Cells all) const {
        if (den == 0) return std::max<Cells>(0, all - limit);
        const Product<Cells> whole = static_cast<Product<Cells>>(num) + den;
        return static_cast<Cells>((static_cast<Product<Cells>>(all) * den + whole - 1) / whole);
    }
    // The largest shared part at which a pause ends.
    Cells resumes_at(Cells free) const { return std::max(xon, threshold(free) - xon_offset); }
};

enum class Outcome : std::int8_t { shared = 0, headroom = 1, no_ingress = 2, no_egress = 3 };

template <class Cells>
class MemoryOf {
public:
    using Gauge = GaugeOf<Cells>;
    using Pool = PoolOf<Cells>;
    using Account = AccountOf<Cells>;

    static constexpr int kInverse = 42;
    std::int64_t cell_B = 1, overhead_B = 0;
    std::uint64_t inverse = 0;  // 2^42 / cell_B, or 0
    std::vector<Pool> ingress_pools, egress_pools;
    std::vector<Account> ingress, egress;
    std::vector<Gauge> ingress_ports, egress_ports;  // none: not counted by port
    Gauge total;

    Cells cells(std::int64_t size_B) const {
        if constexpr (sizeof(Cells) == 4)
            if (inverse != 0) return static_cast<Cells>(static_cast<std::uint64_t>(size_B + overhead_B + cell_B - 1) * inverse >> kInverse);
        return static_cast<Cells>((size_B + overhead_B + cell_B - 1) / cell_B);
    }

    // Once all is there. What follows is exact without it, and slower: where much is free, nothing is near its threshold,
    // and a division is a product for cells and overhead of at most 2^20 B and packets of less than 2^16 B.
    void prepare() {
        for (auto* side : {&ingress_pools, &egress_pools})
            for (Pool& pool : *side) pool.calm = pool.still = 0;
        for (auto [accounts, pools] : {std::pair{&ingress, &ingress_pools}, {&egress, &egress_pools}})
            for (const Account& each : *accounts) {
                Pool& pool = (*pools)[static_cast<std::size_t>(each.pool)];
                pool.calm = std::max(pool.calm, each.calm_from(pool.shared));
                if (each.headroom > 0) pool.still = std::max(pool.still, each.calm_from(pool.shared));
            }
        inverse = (std::uint64_t{1} << kInverse) / static_cast<std::uint64_t>(cell_B) + 1;
    }

    // A packet is taken in whole where both sides have room; ingress falls back on its headroom.
    Outcome admit(std::int32_t from, std::int32_t to, std::int64_t size_B) { return admit(from, to, size_B, cells(size_B)); }
    Outcome admit(std::int32_t from, std::int32_t to, std::int64_t size_B, Cells n) {
        Account &in = ingress[static_cast<std::size_t>(from)], &out = egress[static_cast<std::size_t>(to)];
        Pool &in_pool = ingress_pools[static_cast<std::size_t>(in.pool)],
             &out_pool = egress_pools[static_cast<std::size_t>(out.pool)];
        if (!has_room(out, out_pool, n)) return refuse(out, size_B, Outcome::no_egress);
        const bool fits = has_room(in, in_pool, n);
        if (!fits && !has_headroom(in, in_pool, n)) {
            // What holds nothing would never be judged again: a pause has to end when the last packet has left.
            in.paused = in.headroom > 0 && in.in_use.used + in.in_headroom.used > 0;
            return refuse(in, size_B, Outcome::no_ingress);
        }
        if (fits) {
            put(in, in_pool, n);
        } else {
            in.in_headroom.add(n);
            in_pool.in_headroom.add(n);
        }
        put(out, out_pool, n);
        count(in, out, n);
        judge(in, in_pool);
        return fits ? Outcome::shared : Outcome::headroom;
    }

    // Cells go back to the headroom first, then to the shared part, then to what is reserved.
    void release(std::int32_t from, std::int32_t to, std::int64_t size_B) { give_back(from, to, cells(size_B)); }
    void give_back(std::int32_t from, std::int32_t to, Cells n) {
        Account &in = ingress[static_cast<std::size_t>(from)], &out = egress[static_cast<std::size_t>(to)];
        Pool& in_pool = ingress_pools[static_cast<std::size_t>(in.pool)];
        const Cells from_headroom = std::min(n, in.in_headroom.used);
        if (from_headroom > 0) {
            in.in_headroom.add(-from_headroom);
            in_pool.in_headroom.add(-from_headroom);
        }
        drop(in, in_pool, n - from_headroom);
        drop(out, egress_pools[static_cast<std::size_t>(out.pool)], n);
        count(in, out, -n);
        judge(in, in_pool);
    }

    // Whether the group at `from` asks its sender to pause, as thresholds stand now.
    bool paused(std::int32_t from) {
        Account& in = ingress[static_cast<std::size_t>(from)];
        judge(in, ingress_pools[static_cast<std::size_t>(in.pool)]);
        return in.paused;
    }

private:
    static bool has_room(const Account& account, const Pool& pool, Cells n) {
        const Cells more = account.beyond(n);
        return more == 0 || pool.free() - more >= pool.calm || (more <= pool.free() && account.within(account.shared() + more, pool.free()));
    }

    static bool has_headroom(const Account& in, const Pool& pool, Cells n) {
        return n <= in.headroom - in.in_headroom.used && n <= pool.headroom - pool.in_headroom.used;
    }

    static void put(Account& account, Pool& pool, Cells n) {
        pool.in_shared.add(account.beyond(n));
        account.in_use.add(n);
    }

    static void drop(Account& account, Pool& pool, Cells n) {
        const Cells before = account.shared();
        account.in_use.add(-n);
        pool.in_shared.add(account.shared() - before);
    }

    static Outcome refuse(Account& account, std::int64_t size_B, Outcome why) {
        account.refuse(size_B);
        return why;
    }

    void count(const Account& in, const Account& out, Cells n) {
        total.add(n);
        if (ingress_ports.empty()) return;
        ingress_ports[static_cast<std::size_t>(in.port)].add(n);
        egress_ports[static_cast<std::size_t>(out.port)].add(n);
    }

    // Pause from the threshold on; go on when the headroom is empty and the shared part is `xon_offset` below it.
    static void judge(Account& in, const Pool& pool) {
        if (in.headroom == 0 || (!in.paused && in.in_headroom.used == 0 && pool.is_still())) return;
        const bool full = in.in_headroom.used > 0 || !in.within(in.shared(), pool.free());
        if (full) in.paused = true;
        else if (in.paused && in.shared() <= in.resumes_at(pool.free())) in.paused = false;
    }
};

using Gauge = GaugeOf<std::int64_t>;
using Pool = PoolOf<std::int64_t>;
using Account = AccountOf<std::int64_t>;
using Memory = MemoryOf<std::int64_t>;

}  // namespace easterly::buffer
