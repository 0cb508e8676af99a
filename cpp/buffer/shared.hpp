// Packet memory of a switch chip: cells counted at once for where a packet came in and where it goes out, reserved
// minima, dynamic thresholds (Choudhury & Hahne 1998, IEEE/ACM ToN 6:2), headroom behind the threshold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace easterly::buffer {

struct Gauge {
    std::int64_t used = 0, peak = 0;  // cells
    void add(std::int64_t cells) {
        used += cells;
        peak = std::max(peak, used);
    }
};

// A share of memory that many accounts draw on.
struct Pool {
    std::int64_t shared = 0;    // cells beyond what is reserved and kept as headroom
    std::int64_t headroom = 0;  // cells
    Gauge in_shared, in_headroom;
    std::int64_t free() const { return shared - in_shared.used; }
};

// One ingress priority group or one egress queue.
struct Account {
    std::int32_t pool = 0, port = 0;
    std::int64_t reserved = 0;        // cells that are always there
    std::int64_t num = 0, den = 0;    // threshold num/den x free cells; den 0: `limit` cells
    std::int64_t limit = 0;
    std::int64_t headroom = 0;        // cells; a group with headroom is lossless
    std::int64_t xon = 0, xon_offset = 0;

    Gauge in_use, in_headroom;        // in_use: reserved and shared cells
    bool paused = false;
    std::int64_t refused_packets = 0, refused_B = 0;

    std::int64_t shared() const { return std::max<std::int64_t>(0, in_use.used - reserved); }
    // Of `cells` more, those that the reserved part cannot take.
    std::int64_t beyond(std::int64_t cells) const {
        return std::max<std::int64_t>(0, in_use.used + cells - std::max(reserved, in_use.used));
    }
    // Whether `cells` in the shared part are within the threshold, with `free` cells of the pool left.
    bool within(std::int64_t cells, std::int64_t free) const {
        if (den == 0) return cells <= limit;
        return static_cast<__int128>(cells) * den <= static_cast<__int128>(free) * num;
    }
    std::int64_t threshold(std::int64_t free) const {
        return den == 0 ? limit : static_cast<std::int64_t>(static_cast<__int128>(free) * num / den);
    }
};

enum class Outcome : std::int8_t { shared = 0, headroom = 1, no_ingress = 2, no_egress = 3 };

class Memory {
public:
    std::int64_t cell_B = 1, overhead_B = 0;
    std::vector<Pool> ingress_pools, egress_pools;
    std::vector<Account> ingress, egress;
    std::vector<Gauge> ingress_ports, egress_ports;
    Gauge total;

    std::int64_t cells(std::int64_t size_B) const { return (size_B + overhead_B + cell_B - 1) / cell_B; }

    // A packet is taken in whole where both sides have room; ingress falls back on its headroom.
    Outcome admit(std::int32_t from, std::int32_t to, std::int64_t size_B) {
        Account &in = ingress[static_cast<std::size_t>(from)], &out = egress[static_cast<std::size_t>(to)];
        Pool &in_pool = ingress_pools[static_cast<std::size_t>(in.pool)],
             &out_pool = egress_pools[static_cast<std::size_t>(out.pool)];
        const std::int64_t n = cells(size_B);
        if (!has_room(out, out_pool, n)) return refuse(out, size_B, Outcome::no_egress);
        const bool fits = has_room(in, in_pool, n);
        if (!fits && !has_headroom(in, in_pool, n)) {
            in.paused = in.headroom > 0;
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
    void release(std::int32_t from, std::int32_t to, std::int64_t size_B) {
        Account &in = ingress[static_cast<std::size_t>(from)], &out = egress[static_cast<std::size_t>(to)];
        Pool& in_pool = ingress_pools[static_cast<std::size_t>(in.pool)];
        const std::int64_t n = cells(size_B), from_headroom = std::min(n, in.in_headroom.used);
        in.in_headroom.add(-from_headroom);
        in_pool.in_headroom.add(-from_headroom);
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
    static bool has_room(const Account& account, const Pool& pool, std::int64_t n) {
        const std::int64_t more = account.beyond(n);
        return more == 0 || (more <= pool.free() && account.within(account.shared() + more, pool.free()));
    }

    static bool has_headroom(const Account& in, const Pool& pool, std::int64_t n) {
        return n <= in.headroom - in.in_headroom.used && n <= pool.headroom - pool.in_headroom.used;
    }

    static void put(Account& account, Pool& pool, std::int64_t n) {
        pool.in_shared.add(account.beyond(n));
        account.in_use.add(n);
    }

    static void drop(Account& account, Pool& pool, std::int64_t n) {
        const std::int64_t before = account.shared();
        account.in_use.add(-n);
        pool.in_shared.add(account.shared() - before);
    }

    static Outcome refuse(Account& account, std::int64_t size_B, Outcome why) {
        ++account.refused_packets;
        account.refused_B += size_B;
        return why;
    }

    void count(const Account& in, const Account& out, std::int64_t n) {
        total.add(n);
        ingress_ports[static_cast<std::size_t>(in.port)].add(n);
        egress_ports[static_cast<std::size_t>(out.port)].add(n);
    }

    // Pause from the threshold on; go on when the headroom is empty and the shared part is `xon_offset` below it.
    static void judge(Account& in, const Pool& pool) {
        if (in.headroom == 0) return;
        const bool full = in.in_headroom.used > 0 || !in.within(in.shared(), pool.free());
        if (full) in.paused = true;
        const std::int64_t resume = std::max(in.xon, in.threshold(pool.free()) - in.xon_offset);
        if (!full && in.shared() <= resume) in.paused = false;
    }
};

}  // namespace easterly::buffer
