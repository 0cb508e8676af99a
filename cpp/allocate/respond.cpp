// What belongs to prices at a temperature: rates of paths and pairs, slacks of links; and the moves of prices before steps.
#include <algorithm>
#include <cmath>
#include <limits>

#include "allocate/interior.hpp"
#include "allocate/vectors.hpp"

namespace easterly::allocate {

namespace {

constexpr double kLeast = 1e-14;  // of a dual slack, over what it is the difference of

// Capped pairs of one path each, side by side: most pairs are such.
struct Lone {
    static constexpr std::size_t kMost = 256;
    std::size_t count = 0;
    std::int32_t pair[kMost];
    double m[kMost], cap[kMost], top[kMost], length[kMost];  // m = mu omega; top: what a unit of the pair is worth
    double lambda[kMost], w[kMost], x[kMost], z[kMost], t[kMost];
};

// m / v + m / (v + apart) = target, v > 0: the root without a difference of near equals; both forms, for wide instructions.
inline double two_poles(double m, double apart, double target) {
    const double wide = target * apart, twice = 2.0 * m, root = std::sqrt(twice * twice + wide * wide);
    const bool close = wide <= twice;
    const double above = close ? twice - wide + root : twice * apart;
    const double below = close ? 2.0 * target : wide - twice + root;
    return above / below;
}

// m / (length - lambda) + m / (top - lambda) = cap for each pair.
EASTERLY_WIDE
void centre_lone(Lone& a) {
    for (std::size_t i = 0; i < a.count; ++i) {
        const double m = a.m[i], apart = a.length[i] - a.top[i], far = apart < 0.0 ? -apart : apart;
        const double least = apart < 0.0 ? a.length[i] : a.top[i], least_size = least < 0.0 ? -least : least;
        const double lambda = least - two_poles(m, far, a.cap[i]);
        const double least_w = kLeast * (least_size + m / a.cap[i]), least_z = kLeast * a.top[i];
        const double w = a.length[i] - lambda, z = a.top[i] - lambda;
        a.lambda[i] = lambda;
        a.w[i] = w > least_w ? w : least_w;
        a.z[i] = z > least_z ? z : least_z;
        a.x[i] = m / a.w[i];
        a.t[i] = m / a.z[i];
    }
}

}  // namespace

// Rates of one pair's paths at given prices: the root lambda of sum_p m / (length_p - lambda) [+ m / (u - lambda)] = target.
void Interior::centre(std::size_t k, double mu, double target, bool capped) {
    const double m = mu * omega[k];
    double least = capped ? u[k] : kInfinity;
    const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
    for (std::int32_t p = first; p < last; ++p) least = std::min(least, length[p]);
    const std::int32_t poles = last - first + capped;
    double low = least - poles * m / target, high = least - m / target, at = high;
    if (poles == 2) {
        const double other = capped ? u[k] : length[first + 1];
        at = least - two_poles(m, std::abs(length[first] - other), target);
    } else if (poles > 2) {
        at = lambda[k] > low && lambda[k] < high ? lambda[k] : low;
        for (int i = 0; i < 30; ++i) {
            double sum = 0.0, slope = 0.0;
            const auto term = [&](double pole) {
                const double inverse = 1.0 / (pole - at);
                sum += inverse;
                slope += inverse * inverse;
            };
            for (std::int32_t p = first; p < last; ++p) term(length[p]);
            if (capped) term(u[k]);
            sum *= m;
            slope *= m;
            if (std::abs(sum - target) <= 1e-6 * target) break;
            (sum < target ? low : high) = at;
            // Newton on 1 / sum, which is nearly straight.
            double next = at + (target - sum) / target * sum / slope;
            if (!(next > low && next < high)) next = 0.5 * (low + high);
            if (next == at) break;
            at = next;
        }
    }
    lambda[k] = at;
    const double least_w = kLeast * (std::abs(least) + m / target);
    for (std::int32_t p = first; p < last; ++p) {
        w[p] = std::max(length[p] - at, least_w);
        x[p] = m / w[p];
    }
}

void Interior::respond(double mu) {
    mu_ = mu;
    expected_.resize(total.size(), 0.0);
    next_expected_.resize(total.size(), 0.0);
    x.assign(columns.size(), 0.0);
    w.assign(columns.size(), 0.0);
    measure();
    Lone lone;
    const auto take = [&] {
        centre_lone(lone);
        for (std::size_t i = 0; i < lone.count; ++i) {
            const std::int32_t k = lone.pair[i], p = columns.ptr[k];
            lambda[k] = lone.lambda[i];
            z[k] = lone.z[i];
            t[k] = lone.t[i];
            w[p] = lone.w[i];
            x[p] = lone.x[i];
        }
        lone.count = 0;
    };
    for (std::size_t k = 0; k < total.size(); ++k) {
        if (total[k] == Total::equal) {
            centre(k, mu, std::max(base[k] + phi * growth[k], 1e-3 * rate[k]), false);
        } else if (goal.curved()) {
            double& f = expected_[k];
            if (f == 0.0) f = rate[k];
            f = std::min(f, 0.98 * cap[k]);
            centre(k, mu, f, false);
            u[k] = marginal(goal, problem.weight[k], f);
            // Towards the total at which the marginal utility is the price, for the next call.
            const double asked = lambda[k] + mu * omega[k] / (cap[k] - f);
            if (asked > 0.0) {
                double move = std::sqrt(std::min(std::max(u[k] / asked, 0.05), 20.0));
                for (double a = 1.5; a < goal.alpha; a *= 2.0) move = std::sqrt(move);
                next_expected_[k] = f * move;
            } else {
                next_expected_[k] = 2.0 * f;
            }
            if (total[k] == Total::capped) {
                t[k] = cap[k] - f;
                z[k] = mu * omega[k] / t[k];
            }
            // Prices that fit the paths; that they are not yet the marginal utility is for the steps to mend.
            u[k] = std::max(lambda[k] + z[k], 0.05 * u[k]);
            lambda[k] = u[k] - z[k];
        } else if (total[k] == Total::capped) {
            u[k] = problem.weight[k];
            if (columns.ptr[k + 1] == columns.ptr[k] + 1) {
                const std::size_t i = lone.count++;
                lone.pair[i] = static_cast<std::int32_t>(k);
                lone.m[i] = mu * omega[k];
                lone.cap[i] = cap[k];
                lone.top[i] = u[k];
                lone.length[i] = length[columns.ptr[k]];
                if (lone.count == Lone::kMost) take();
                continue;
            }
            centre(k, mu, cap[k], true);
            z[k] = std::max(u[k] - lambda[k], kLeast * u[k]);
            t[k] = mu * omega[k] / z[k];
        } else {
            u[k] = lambda[k] = problem.weight[k];
            for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
                w[p] = std::max(length[p] - u[k], 0.05 * u[k]);
                x[p] = std::min(mu * omega[k] / w[p], rate[k]);
            }
        }
    }
    take();
    node_.resize(columns.up.size());
    columns.loads(x, load, node_);
    for (const std::int32_t l : link_of) s[l] = mu * omega_link[l] / y[l];
}

void Interior::rescale() {
    std::vector<double> rates(expected_), worths(total.size());
    for (std::size_t k = 0; k < total.size(); ++k) worths[k] = marginal(goal, problem.weight[k], rates[k]);
    scale(rates, worths);
}

double Interior::relax(double mu) {
    gain_.resize(problem.links(), 0.0);
    gain_sign_.resize(problem.links(), 0.0);
    respond(mu);
    if (goal.curved()) expected_.swap(next_expected_);
    double worst = 0.0, priced = 0.0, spent = 0.0, slack = 0.0;
    for (const std::int32_t l : link_of) {
        const double full = (load[l] + s[l]) / problem.capacity[l];
        priced += y[l] * problem.capacity[l];
        spent += y[l] * load[l];
        slack += mu * omega_link[l];
        worst = std::max(worst, std::abs(full - 1.0));
        // Where the mismatch changes its sign the step was too long for how steeply paths respond.
        const double now = std::min(std::max(full - 1.0, -0.75), 3.0);
        double& step = gain_[l];
        if (step == 0.0) step = 0.5;
        if (now * gain_sign_[l] < 0.0) step *= 0.5;
        else step = std::min(1.15 * step, 0.5);
        gain_sign_[l] = now;
        y[l] *= now > 0.0 ? 1.0 + step * now : 1.0 / (1.0 - step * now / (1.0 + now));
    }
    if (goal.kind == Kind::concurrent) {
        if (spent > 0.0) phi *= std::sqrt(std::min(std::max((priced - slack) / spent, 0.7), 1.4));
        double norm = 0.0;
        for (std::size_t k = 0; k < total.size(); ++k) norm += growth[k] * lambda[k];
        if (norm > 0.0)
            for (const std::int32_t l : link_of) y[l] /= norm;
    }
    return worst;
}

void Interior::lighten(double mu) {
    for (std::size_t l = 0; l < problem.links(); ++l) edge_[l] = std::max(1.0, load[l] / (0.98 * problem.capacity[l]));
    node_.resize(columns.up.size());
    for (std::size_t v = 0; v < columns.up.size(); ++v)
        node_[v] = columns.up[v] < 0 ? 1.0 : std::max(node_[columns.up[v]], edge_[columns.link[v]]);
    for (std::size_t k = 0; k < total.size(); ++k) {
        double kept = 0.0, flow = 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
            flow += x[p];
            kept += x[p] / node_[columns.leaf[p]];
        }
        if (!(kept < flow)) continue;
        if (goal.curved()) {
            expected_[k] = kept;
        } else if (total[k] == Total::capped) {
            for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) x[p] /= node_[columns.leaf[p]];
            t[k] = cap[k] - kept;
        }
    }
    if (goal.curved()) respond(mu);
    columns.loads(x, load, node_);
}

void Interior::slacken() {
    for (const std::int32_t l : link_of) s[l] = std::max(s[l], problem.capacity[l] - load[l]);
}

}  // namespace easterly::allocate
