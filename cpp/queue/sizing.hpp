// Erlang's formulas the other way round: servers for a target, load for a target.
#pragma once

#include <cstdint>

namespace easterly::queue {

enum class Aim : int { wait, wait_beyond, waiting, loss, time, time_beyond };
inline constexpr int kAims = 6;

// What an aim measures at an M/M/c (M/M/c/c for `loss`); falls with servers, rises with load. `at` is the time of the
// tails P(Wq > at) and P(W > at).
double measure(Aim aim, double arrival, double rate, std::int64_t servers, double at);

// Fewest servers with measure <= target; 0 if no number of servers will do.
std::int64_t fewest_servers(Aim aim, double arrival, double rate, double target, double at);

// Largest arrival rate with measure <= target; 0 if even an idle station misses it.
double most_load(Aim aim, double rate, std::int64_t servers, double target, double at);

// P(W > at) of an M/M/c with a given probability of waiting.
double sojourn_beyond(double arrival, double rate, std::int64_t servers, double P_wait, double at);

}  // namespace easterly::queue
