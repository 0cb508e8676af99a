#include "queue/waits.hpp"

#include <algorithm>
#include <cmath>

#include "maths/elementary.hpp"
#include "queue/gamma.hpp"

namespace easterly::queue {

namespace {

constexpr std::size_t kMostPhases = 200'000;  // then the decay, which is within 1e-9 of geometric, goes on

// Root z > 1 of rho sum f(j) z^j = 1, j from 1: bisection between 1 and where one term alone reaches 1.
double decay(double rho, std::span<const double> residual) {
    const auto value = [&](double z) {
        double total = 0.0;
        for (std::size_t j = residual.size(); j-- > 0;) total = (total + residual[j]) * z;
        return rho * total;
    };
    double low = 1.0, high = 2.0;
    while (value(high) < 1.0) low = high, high *= 2.0;
    for (int i = 0; i < 100; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (value(middle) < 1.0 ? low : high) = middle;
    }
    return 1.0 / high;
}

}  // namespace

double PhaseTail::exceeds(double x) const {
    if (x <= 0.0) return above.empty() ? 0.0 : above[0];
    const double count = static_cast<double>(above.size()), last = count - 1.0;
    // Poisson weights from the mode outwards, as far as they matter, over what is listed.
    const double mode = std::floor(std::min(x, last));
    const double start = poisson(mode, x);
    double total = 0.0, weight = start;
    for (double m = mode; m <= last; ++m) {
        const double term = weight * above[static_cast<std::size_t>(m)];
        total += term;
        if (m > x && weight < 1e-19 * start) break;
        weight *= x / (m + 1.0);
    }
    weight = start;
    for (double m = mode; m >= 1.0; --m) {
        weight *= m / x;
        const double term = weight * above[static_cast<std::size_t>(m - 1.0)];
        total += term;
        if (term < 1e-19 * total) break;
    }
    if (ratio <= 0.0) return total;
    // Beyond: above[last] ratio^(m - last), m > last; a Poisson tail of mean x ratio.
    const double rest = gamma_head(count, x * ratio);
    if (rest > 0.0)
        total += above.back() * maths::exp(maths::log(rest) - last * maths::log(ratio) - x * (1.0 - ratio));
    return total;
}

PhaseTail compound(double rho, std::span<const double> residual) {
    PhaseTail tail;
    if (rho <= 0.0) {
        tail.above = {0.0};
        return tail;
    }
    const std::size_t n = residual.size();
    std::vector<double> beyond(n + 1, 0.0);  // F(m) = sum of f(j), j > m
    for (std::size_t j = n; j-- > 0;) beyond[j] = beyond[j + 1] + residual[j];
    tail.ratio = decay(rho, residual);
    std::size_t settled = 0;
    while (settled <= n && tail.above.size() < kMostPhases) {
        const std::size_t m = tail.above.size();
        double sum = m < n ? beyond[m] : 0.0;
        for (std::size_t j = 1; j <= std::min(m, n); ++j) sum += residual[j - 1] * tail.above[m - j];
        const double now = rho * sum, before = m > 0 ? tail.above[m - 1] : 0.0;
        tail.above.push_back(now);
        settled = std::abs(now - before * tail.ratio) <= 1e-14 * now ? settled + 1 : 0;
        if (now < 1e-290) break;
    }
    return tail;
}

namespace {

// ln (1 + u) = rho u, u > 0: numbers in an M/D/1 decay like (1 + u)^-n.
double growth(double rho) {
    const auto slack = [&](double u) {  // rho - ln(1 + u) / u, by its series where that would cancel
        if (u > 0.05) return rho - log1p(u) / u;
        double sum = 0.0, power = 1.0;
        for (int j = 2; j < 16; ++j) power *= -u, sum += power / j;
        return (rho - 1.0) - sum;
    };
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 1100 && slack(high) < 0.0; ++i) low = high, high *= 2.0;
    for (int i = 0; i < 2000; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (slack(middle) < 0.0 ? low : high) = middle;
    }
    return high;
}

}  // namespace

Md1::Md1(double rho) : rho_(rho) {
    if (rho <= 0.0) {
        above_ = {0.0};
        return;
    }
    ratio_ = 1.0 / (1.0 + growth(rho));
    const double none = maths::exp(-rho);
    std::vector<double> arrive, number{1.0 - rho};  // arrive[m]: m or more in one service; number[n]: n in the system
    for (double m = 0.0; m == 0.0 || arrive.back() > 1e-300; ++m) arrive.push_back(gamma_head(m, rho));
    arrive[0] = 1.0;
    const auto at_least = [&](std::size_t m) { return m < arrive.size() ? arrive[m] : 0.0; };
    for (std::size_t n = 1, settled = 0; n < 400 && settled < 4; ++n) {
        double sum = number[0] * at_least(n);
        for (std::size_t i = 1; i < n; ++i) sum += number[i] * at_least(n - i + 1);
        const double now = sum / none;
        settled = std::abs(now - number[n - 1] * ratio_) <= 1e-14 * now ? settled + 1 : 0;
        number.push_back(now);
        if (now < 1e-290) break;
    }
    // More than m wait: more than m + 1 in the system.
    above_.resize(number.size() - 1);
    double sum = number.back() * ratio_ / (1.0 - ratio_);
    for (std::size_t m = above_.size(); m-- > 0;) {
        above_[m] = sum;
        sum += number[m + 1];
    }
}

double Md1::queue_above(double m) const {
    const double last = static_cast<double>(above_.size() - 1);
    if (m <= last) return above_[static_cast<std::size_t>(m)];
    return above_.back() * maths::exp((m - last) * maths::log(ratio_));
}

double Md1::exceeds(double wait) const {
    if (rho_ <= 0.0) return 0.0;
    const double k = std::floor(wait) + 1.0, mean = rho_ * (k - wait);
    // k or more arrivals, or j of them and more than k - 1 - j before them.
    double total = gamma_head(k, mean), weight = maths::exp(-mean);
    for (double j = 0.0; j < k; ++j) {
        total += weight * queue_above(k - 1.0 - j);
        weight *= mean / (j + 1.0);
        if (weight < 1e-300) break;
    }
    return total;
}

}  // namespace easterly::queue
