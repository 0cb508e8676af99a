// What the functions of the room `queue` say of themselves.
#pragma once

namespace easterly::bind {

#define EASTERLY_RAISES "\n\nRaises\n------\nValueError\n    Lengths that differ, numbers out of range."
#define EASTERLY_STATION                                                                        \
    "\n\nReturns\n-------\nrho, P_wait, Lq, Wq, L, W, P_loss, entering : (N,) float64\n    "     \
    "Infinite where the queue has no end." EASTERLY_RAISES

inline constexpr const char* kMmc =
    "M/M/c by Erlang's recursion on one over the loss (Erlang 1917).\n\n"
    "Parameters\n----------\narrival, rate : (N,) float64\n    Customers and services per unit of time.\n"
    "servers : (N,) int64" EASTERLY_STATION;
inline constexpr const char* kMmck =
    "M/M/c/K; what is full turns customers away.\n\n"
    "Parameters\n----------\narrival, rate : (N,) float64\nservers, places : (N,) int64\n    "
    "Places in all, servers included." EASTERLY_STATION;
inline constexpr const char* kErlangA =
    "M/M/c whose waiting customers leave (Palm 1946); P_loss is the share that does.\n\n"
    "Parameters\n----------\narrival, rate : (N,) float64\nservers : (N,) int64\npatience : (N,) float64\n    "
    "Rate at which one waiting customer leaves." EASTERLY_STATION;
inline constexpr const char* kMg1 =
    "M/G/1, mean values (Pollaczek 1930, Khinchine 1932).\n\n"
    "Parameters\n----------\narrival, mean, scv : (N,) float64\n    Arrivals per unit of time; mean and squared "
    "coefficient of variation of service." EASTERLY_STATION;
inline constexpr const char* kErlangB =
    "Erlang's loss formula: the share that an M/G/c/c turns away.\n\n"
    "Parameters\n----------\nservers : (N,) int64\nload : (N,) float64\n    Erlang.\n\n"
    "Returns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kNonPreemptive =
    "Mean waits by class at an M/G/1 that finishes what it began (Cobham 1954).\n\n"
    "Parameters\n----------\narrival, mean, second : (N, K) float64\n    By class, the highest first: rates, first "
    "and second moments of service.\n\nReturns\n-------\n(N, K) float64" EASTERLY_RAISES;
inline constexpr const char* kPreemptive =
    "Mean times in the system by class at an M/G/1 that is interrupted and resumes.\n\n"
    "Parameters\n----------\narrival, mean, second : (N, K) float64\n    By class, the highest first: rates, first "
    "and second moments of service.\n\nReturns\n-------\n(N, K) float64" EASTERLY_RAISES;
inline constexpr const char* kPoisson =
    "Probability of a count under a Poisson law (Loader 2000).\n\n"
    "Parameters\n----------\nk, mean : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kGammaTail =
    "Probability that a gamma variable of rate 1 exceeds x; of whole shape, that fewer Poisson events than that fall "
    "into x.\n\n"
    "Parameters\n----------\nshape, x : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kMd1Beyond =
    "Probability of a wait beyond `wait` service times at an M/D/1 (Franx 2001).\n\n"
    "Parameters\n----------\nrho, wait : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kMd1Quantile =
    "Wait at an M/D/1, in service times, that a share of customers exceeds.\n\n"
    "Parameters\n----------\nrho, share : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kPhasesBeyond =
    "Probability of a wait beyond x at an M/G/1 whose residual service is a mixture of Erlang phases of rate 1.\n\n"
    "Parameters\n----------\nrho : (N,) float64\nptr : (N + 1,) int64\nresidual : (E,) float64\n    "
    "Weights of 1, 2, ... phases, row by row; each row adds up to 1.\nx : (N,) float64\n\n"
    "Returns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kPhasesQuantile =
    "Wait that a share of customers exceeds, as `phases_beyond` has it.\n\n"
    "Parameters\n----------\nrho : (N,) float64\nptr : (N + 1,) int64\nresidual : (E,) float64\n"
    "share : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kMeasure =
    "What an aim measures at an M/M/c.\n\n"
    "Parameters\n----------\naim : int\n    0 mean wait, 1 P(Wq > at), 2 P(wait), 3 Erlang's loss, 4 mean time in the "
    "system, 5 P(W > at).\narrival, rate : (N,) float64\nservers : (N,) int64\nat : (N,) float64\n\n"
    "Returns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kFewestServers =
    "Fewest servers that keep an aim within its target; 0 where no number does.\n\n"
    "Parameters\n----------\naim : int\n    As in `measure`.\narrival, rate, target, at : (N,) float64\n\n"
    "Returns\n-------\n(N,) int64" EASTERLY_RAISES;
inline constexpr const char* kMostLoad =
    "Largest arrival rate that keeps an aim within its target; 0 where even an idle station misses it.\n\n"
    "Parameters\n----------\naim : int\n    As in `measure`.\nrate : (N,) float64\nservers : (N,) int64\n"
    "target, at : (N,) float64\n\nReturns\n-------\n(N,) float64" EASTERLY_RAISES;
inline constexpr const char* kSojournQuantile =
    "Time in the system of an M/M/c that a share of customers exceeds; infinite where the queue has no end.\n\n"
    "Parameters\n----------\narrival, rate : (N,) float64\nservers : (N,) int64\nshare : (N,) float64\n\n"
    "Returns\n-------\n(N,) float64" EASTERLY_RAISES;

#undef EASTERLY_STATION
#undef EASTERLY_RAISES

}  // namespace easterly::bind
