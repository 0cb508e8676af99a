// What a system was: its states and slopes at every step, and anything in between by cubics.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace easterly::control {

class Past {
  public:
    // Before time 0 it has always been `first`.
    Past(std::span<const double> first, double step, std::size_t steps) : n_(first.size()), step_(step) {
        states_.reserve((steps + 1) * n_);
        slopes_.reserve((steps + 1) * n_);
        states_.assign(first.begin(), first.end());
    }

    void add_slope(std::span<const double> slope) { slopes_.insert(slopes_.end(), slope.begin(), slope.end()); }
    void add_state(std::span<const double> state) { states_.insert(states_.end(), state.begin(), state.end()); }

    // State i at a time up to that of the last state that was added (Hermite's cubic between two steps).
    double at(double time, std::size_t i) const {
        const double place = time / step_;
        if (!(place > 0.0)) return states_[i];
        const std::size_t last = states_.size() / n_ - 1;
        auto k = static_cast<std::size_t>(place);
        if (k >= last || (k + 1) * n_ + i >= slopes_.size()) {
            k = k < last ? k : last;
            // Within the newest step its end has no slope yet: a straight line is left.
            const double u = place - static_cast<double>(k);
            return k == last ? states_[k * n_ + i] : states_[k * n_ + i] * (1.0 - u) + states_[(k + 1) * n_ + i] * u;
        }
        const double u = place - static_cast<double>(k), v = 1.0 - u;
        const double a = states_[k * n_ + i], b = states_[(k + 1) * n_ + i];
        const double da = slopes_[k * n_ + i] * step_, db = slopes_[(k + 1) * n_ + i] * step_;
        return v * v * (1.0 + 2.0 * u) * a + u * u * (3.0 - 2.0 * u) * b + u * v * (v * da - u * db);
    }

    std::span<const double> newest() const { return {states_.data() + states_.size() - n_, n_}; }

  private:
    std::size_t n_;
    double step_;
    std::vector<double> states_, slopes_;
};

// Fixed steps of Runge and Kutta's fourth order; delays are 0 or at least a step. Every `every`-th state is put down.
// Throws where a state leaves floating point, as no number after that would mean anything.
// A model has slope(time, state, past, out), which may look at `past` up to the start of the step, and keep(state), which
// puts a state back into its bounds.
template <class Model>
std::vector<double> integrate(const Model& model, std::span<const double> first, double step, std::size_t steps,
                              std::size_t every) {
    const std::size_t n = first.size();
    Past past(first, step, steps);
    std::vector<double> x(first.begin(), first.end()), k1(n), k2(n), k3(n), k4(n), y(n), rows(x);
    for (std::size_t done = 0; done < steps; ++done) {
        const double t = static_cast<double>(done) * step;
        auto ahead = [&](const std::vector<double>& k, double part) {
            for (std::size_t i = 0; i < n; ++i) y[i] = x[i] + part * step * k[i];
            model.keep(y);
        };
        model.slope(t, x, past, k1);
        past.add_slope(k1);
        ahead(k1, 0.5);
        model.slope(t + 0.5 * step, y, past, k2);
        ahead(k2, 0.5);
        model.slope(t + 0.5 * step, y, past, k3);
        ahead(k3, 1.0);
        model.slope(t + step, y, past, k4);
        for (std::size_t i = 0; i < n; ++i) x[i] += step / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
        model.keep(x);
        for (const double value : x)
            if (!std::isfinite(value))
                throw std::domain_error("the run leaves floating point in step " + std::to_string(done + 1) +
                                        ": its numbers are too far apart; check their units, or begin nearer to rest");
        past.add_state(x);
        if ((done + 1) % every == 0) rows.insert(rows.end(), x.begin(), x.end());
    }
    return rows;
}

}  // namespace easterly::control
