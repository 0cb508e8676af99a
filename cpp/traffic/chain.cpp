#include "traffic/chain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "maths/elementary.hpp"

namespace easterly::traffic {

namespace {

constexpr double kClose = 0x1p-50;
constexpr int kRounds = 200;
constexpr double kLong = 256.0;  // windows in which the chain has forgotten how it began many times over

double inner(const Vector& a, const Vector& b) {
    double total = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
    return total;
}

Vector centred(const Modulator& m) {
    const double mean = mean_rate(m);
    Vector made = m.rate;
    for (double& x : made) x -= mean;
    return made;
}

// x with -Q x = b and mean 0, for b of mean 0: the integral of e^(Qs) b over all s. State after state is struck out as in
// `stationary`, so that rates are never subtracted, and the likeliest stays to the end.
Vector settled_sum(const Modulator& m, Vector b) {
    const std::size_t n = b.size();
    Matrix a = m.generator;
    std::vector<std::size_t> at(n);
    for (std::size_t k = 0; k < n; ++k) at[k] = k;
    std::swap(at[0], at[static_cast<std::size_t>(std::max_element(m.law.begin(), m.law.end()) - m.law.begin())]);
    Vector left(n), made(n);
    for (std::size_t k = n; k-- > 1;) {
        for (std::size_t j = 0; j < k; ++j) left[k] += a(at[k], at[j]);
        for (std::size_t i = 0; i < k; ++i) {
            const double by = a(at[i], at[k]) / left[k];
            b[at[i]] += by * b[at[k]];
            for (std::size_t j = 0; j < k; ++j)
                if (i != j) a(at[i], at[j]) += by * a(at[k], at[j]);
        }
    }
    for (std::size_t k = 1; k < n; ++k) {
        double sum = b[at[k]];
        for (std::size_t j = 0; j < k; ++j) sum += a(at[k], at[j]) * made[at[j]];
        made[at[k]] = sum / left[k];
    }
    const double mean = inner(m.law, made);
    for (double& x : made) x -= mean;
    if (!std::isfinite(mean))
        throw std::domain_error("rates of changing between states span more than floating point holds: leave out "
                                "states that are hardly ever entered or left");
    return made;
}

double fastest(const Matrix& q) {
    double most = 0.0;
    for (std::size_t i = 0; i < q.size(); ++i) most = std::max(most, -q(i, i));
    return most;
}

// Rows of probabilities add up to 1: what rounding makes of that would double with every doubling.
void whole(Matrix& now) {
    for (std::size_t i = 0; i < now.size(); ++i) {
        double total = 0.0;
        for (std::size_t j = 0; j < now.size(); ++j) total += now(i, j);
        for (std::size_t j = 0; j < now.size(); ++j) now(i, j) /= total;
    }
}

// e^(Qt), its integral over 0 .. t, and the integral of that one.
struct Course {
    Matrix now, once, twice;
};

// By Taylor's series for a short time, in which next to nothing cancels, then by doubling, in which nothing does.
Course course(const Matrix& q, double t) {
    const std::size_t n = q.size();
    int doublings = 0;
    double step = t;
    for (const double speed = fastest(q); step * speed > 0.125; step *= 0.5) ++doublings;
    const Matrix one = Matrix::identity(n);
    Course made{one, one, one};
    made.once.scale(step);
    made.twice.scale(0.5 * step * step);
    Matrix power = one;
    for (int k = 1; k <= 14; ++k) {
        Matrix by = q;
        by.scale(step / k);
        power = power * by;
        made.now = made.now + power;
        Matrix next = power;
        next.scale(step / (k + 1));
        made.once = made.once + next;
        next.scale(step / (k + 2));
        made.twice = made.twice + next;
    }
    for (int i = 0; i < doublings; ++i, step *= 2.0) {
        Matrix carried = made.once;
        carried.scale(step);
        made.twice = made.twice + carried + made.now * made.twice;
        made.once = made.once + made.now * made.once;
        made.now = made.now * made.now;
        whole(made.now);
    }
    return made;
}

}  // namespace

Vector stationary(const Matrix& generator) {
    const std::size_t n = generator.size();
    Matrix a = generator;
    Vector left(n);
    for (std::size_t k = n; k-- > 1;) {
        for (std::size_t j = 0; j < k; ++j) left[k] += a(k, j);
        if (!(left[k] > 0.0)) return {};
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j)
                if (i != j) a(i, j) += a(i, k) * (a(k, j) / left[k]);
    }
    Vector law(n);
    law[0] = 1.0;
    double total = 1.0;
    for (std::size_t k = 1; k < n; ++k) {
        for (std::size_t i = 0; i < k; ++i) law[k] += law[i] * a(i, k);
        law[k] /= left[k];
        if (!(law[k] > 0.0)) return {};
        total += law[k];
    }
    for (double& p : law) p /= total;
    return law;
}

double mean_rate(const Modulator& m) { return inner(m.law, m.rate); }

void variances(const Modulator& m, std::span<const double> window, std::span<double> variance) {
    const Vector rate = centred(m);
    Vector weighted = rate;
    for (std::size_t i = 0; i < rate.size(); ++i) weighted[i] *= m.law[i];
    const Vector once = settled_sum(m, rate), twice = settled_sum(m, once);
    const double spread = inner(weighted, rate);
    for (std::size_t k = 0; k < window.size(); ++k) {
        const double t = window[k];
        double half = 0.0;
        if (t * fastest(m.generator) > kLong) {  // t D - D^2 (1 - e^(Qt))
            const Vector later = course(m.generator, t).now * twice;
            half = t * inner(weighted, once) - inner(weighted, twice) + inner(weighted, later);
        } else {
            half = inner(weighted, course(m.generator, t).twice * rate);
        }
        variance[k] = std::max(std::min(2.0 * half, t * t * spread), 0.0);  // most: the rate stays what it is
    }
}

double long_run_variance(const Modulator& m) {
    const Vector rate = centred(m), sum = settled_sum(m, rate);
    double total = 0.0;
    for (std::size_t i = 0; i < rate.size(); ++i) total += m.law[i] * rate[i] * sum[i];
    return std::max(2.0 * total, 0.0);
}

double log_moment(const Modulator& m, double s, double t) {
    const std::size_t n = m.rate.size();
    Matrix a = m.generator;
    double shift = std::numeric_limits<double>::infinity(), top = -shift;
    for (std::size_t i = 0; i < n; ++i) {
        a(i, i) += s * m.rate[i];
        shift = std::min(shift, a(i, i));
        top = std::max(top, a(i, i));
    }
    for (std::size_t i = 0; i < n; ++i) a(i, i) -= shift;  // all entries are at least 0 now
    int doublings = 0;
    double step = t;
    for (const double speed = (top - shift) + fastest(m.generator); step * speed > 0.5; step *= 0.5) ++doublings;
    Matrix power = Matrix::identity(n), made = power;
    a.scale(step);
    for (int k = 1; k <= 18; ++k) {
        power = power * a;
        power.scale(1.0 / k);
        made = made + power;
    }
    double log = 0.0;  // of what `made` has been divided by
    for (int i = 0; i < doublings; ++i) {
        made = made * made;
        const double by = made.largest();
        made.scale(1.0 / by);
        log = 2.0 * log + maths::log(by);
    }
    const double found = log + shift * t + maths::log(inner(m.law, made * Vector(n, 1.0)));
    // Where a chain changes so often in t that rounding is all that is left, this is what still holds: Jensen's
    // inequality, and no more than its largest rate all the time.
    const double least = mean_rate(m) * s * t, most = *std::max_element(m.rate.begin(), m.rate.end()) * s * t;
    return std::max(least, std::min(most, found));
}

std::pair<double, double> growth(const Matrix& matrix) {
    const std::size_t n = matrix.size();
    double shift = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < n; ++i) shift = std::min(shift, matrix(i, i));
    Matrix a = matrix;
    for (std::size_t i = 0; i < n; ++i) a(i, i) -= shift;
    Vector x(n, 1.0);
    double low = 0.0, high = 0.0;
    for (int round = 0; round < kRounds; ++round) {
        const Vector y = a * x;
        double least = std::numeric_limits<double>::infinity(), most = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            least = std::min(least, y[i] / x[i]);
            most = std::max(most, y[i] / x[i]);
        }
        low = round ? std::max(low, least) : least;
        high = round ? std::min(high, most) : most;
        if (high - low <= kClose * (high + std::fabs(shift))) break;
        Matrix shifted(n);  // from above the eigenvalue: an M-matrix, whose inverse keeps x above 0
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) shifted(i, j) = (i == j ? high : 0.0) - a(i, j);
        Vector next = solve(std::move(shifted), x);
        double scale = 0.0, worst = std::numeric_limits<double>::infinity();
        for (const double v : next) scale = std::max(scale, std::fabs(v));
        for (double& v : next) worst = std::min(worst, v = std::fabs(v) / scale);
        if (next.empty() || !std::isfinite(scale) || !(worst > 0.0)) break;
        x = std::move(next);
    }
    return {std::min(low, high) + shift, std::max(low, high) + shift};  // both rounded: they may have crossed
}

}  // namespace easterly::traffic
