// Sources of traffic: counts under a rate that varies, rates of a Markov chain, sources that are on and off.
#pragma once

#include <cstdint>
#include <span>

namespace easterly::traffic {

// Times of one kind: Pareto of this shape above 1, or exponential where the shape is infinite.
struct Law {
    double mean = 1.0;
    double shape = 0.0;
};

// Counts of independent Poisson variables; draw i depends on (stream, i) alone. Means within 0 .. 2^50.
void poisson_counts(std::span<const double> mean, std::uint64_t stream, std::span<std::int64_t> count);

// Sums up, interval by interval, the time integral of a rate that follows a stationary Markov chain.
// generator is n x n by rows, start its stationary law.
void modulated(std::span<const double> generator, std::span<const double> rate, std::span<const double> start,
               double interval, std::uint64_t stream, std::span<double> total);

// Adds, interval by interval, the time that one stationary source is on.
void on_off(Law on, Law off, double interval, std::uint64_t stream, std::span<double> total);

}  // namespace easterly::traffic
