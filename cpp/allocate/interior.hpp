// Primal-dual interior point on the columns at hand (Mehrotra 1992), with targets in proportion to what is at stake.
//
//   path p of pair k:  x_p w_p = mu omega_k,   lambda_k = length_p(price + cost) - w_p
//   link l:            s_l y_l = mu omega_l,   load_l + s_l = capacity_l
//   capped pair:       t_k z_k = mu omega_k,   f_k + t_k = amount_k,   lambda_k = U'_k(f_k) - z_k
//   prescribed total:  f_k = base_k + phi growth_k, lambda_k free, sum growth_k lambda_k = 1 if phi is free
//
// Eliminating all but the prices y leaves the system of schur.hpp, with phi eliminated, too.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocate/cholesky.hpp"
#include "allocate/columns.hpp"
#include "allocate/problem.hpp"
#include "allocate/schur.hpp"

namespace easterly::allocate {

enum class Total : char { capped, free, equal };

struct Direction {
    std::vector<double> x, w, y, s, t, z, u, lambda;
    double phi = 0.0;
};

class Interior {
public:
    Interior(const Problem& problem, const Goal& goal);

    // Sets targets from the rates that pairs may expect and the prices that they bring.
    void scale(std::span<const double> rate, std::span<const double> worth);
    // Rates of paths and pairs, and slacks of links, that belong to the prices `y` at temperature `mu`.
    void respond(double mu);
    // Responds, then moves each price towards what its link would need; returns the worst relative mismatch before.
    double relax(double mu);
    // Sets targets anew from the totals that `relax` has come to; for concave utilities.
    void rescale();
    // Takes from paths what their links cannot carry.
    void lighten(double mu);
    // Gives links the slack that their loads leave.
    void slacken();
    // Gives every link a row, for `relax`; `reshape` leaves those that can bind.
    void open_rows();
    // Takes in columns as they are after a `settle`.
    void reshape(std::span<const std::int32_t> former);
    // Clears `keep` of columns that differ from others of their pair on links without a row alone.
    std::size_t merge_twins(std::span<char> keep) { return schur_.merge_twins(columns, x, keep); }
    // One step towards temperature sigma mu; returns the shorter of both step lengths.
    double step();
    double temperature() const;  // mean of products over targets

    const Problem& problem;
    const Goal& goal;
    Columns columns;
    std::vector<Total> total;
    std::vector<double> rate, worth, omega, omega_link;
    std::vector<double> x, w, length;                  // per column; length under price + cost
    std::vector<double> t, z, u, lambda, base, growth, cap;  // per pair
    std::vector<double> s, y, load;                    // per link; y is 0 and s idle where the link has no row
    std::vector<std::int32_t> row, link_of;            // row of a link or -1; link of a row
    double phi = 0.0;
    double primal_residual = 0.0;  // worst relative excess over capacity and total, before the last step
    double dual_residual = 0.0;
    double most_cut = 0.0;
    double stake = 0.0;  // sum of omega: what a temperature of 1 is worth
    double primal_step = 0.0, dual_step = 0.0;

private:
    void rows();
    void enter(std::span<const std::int32_t> former);
    void cheapen(std::size_t k, double flow, std::span<const std::int32_t> former);
    void measure();
    void factorise();
    void direct(Direction& d, std::span<const double> cx, std::span<const double> ct, std::span<const double> cs);
    void correct(double mu, double& primal, double& dual);
    void centre(std::size_t k, double mu, double target, bool capped);
    void longest(const Direction& d, double& primal, double& dual) const;

    Schur schur_;
    Cholesky cholesky_;
    std::vector<double> theta_, kappa_, theta_sum_, rd_, q_, e_, r1_, r2_, ru_;
    std::vector<double> per_x_, per_t_, per_sum_;  // reciprocals, of x, t and the pivot of a pair
    std::vector<double> node_, node2_, edge_, border_, rhs_, diag_;
    std::vector<double> cx_, ct_, cs_, cx2_, ct2_, cs2_, price_, gain_, gain_sign_, expected_, next_expected_;
    Direction affine_, final_;
    double growth_scale_ = 0.0, r_phi_ = 0.0, mu_ = 1.0;
};

double marginal(const Goal& goal, double weight, double rate);

}  // namespace easterly::allocate
