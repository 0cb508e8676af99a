#include "fluid/mixing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace easterly::fluid {

namespace {

constexpr std::size_t kMemory = 5;
constexpr double kSteady = 1e-4;     // of a residual, squared: it has not changed
constexpr double kNothing = 1e-16;   // of a change, squared: the others explain all of it
constexpr double kFarthest = 1e9;

using Row = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void take(Row& from, double times, std::span<const double> what) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * what[i];
}

}  // namespace

void Mixing::forget() {
    at_.clear(), residual_.clear();
    moved_.clear(), changed_.clear();
    reach_ = 1.0;
}

std::span<const double> Mixing::next(std::span<const double> at, std::span<const double> residual) {
    next_.assign(at.begin(), at.end());
    if (!at_.empty()) {
        Row moved(at.begin(), at.end()), changed(residual.begin(), residual.end());
        take(moved, 1.0, at_);
        take(changed, 1.0, residual_);
        reach_ = dot(changed, changed) < kSteady * dot(residual, residual) ? std::min(2.0 * reach_, kFarthest) : 1.0;
        moved_.push_back(std::move(moved));
        changed_.push_back(std::move(changed));
        if (moved_.size() > kMemory) moved_.erase(moved_.begin()), changed_.erase(changed_.begin());
    }
    at_.assign(at.begin(), at.end());
    residual_.assign(residual.begin(), residual.end());
    Row left(residual.begin(), residual.end());
    if (reach_ > 1.0) {
        take(next_, -reach_, left);
        return next_;
    }
    // Newest first: what older ones add is orthogonal to it (Gram and Schmidt).
    basis_.clear(), carried_.clear();
    for (std::size_t k = changed_.size(); k-- > 0;) {
        Row base = changed_[k], way = moved_[k];
        const double before = dot(base, base);
        for (std::size_t i = 0; i < basis_.size(); ++i) {
            const double part = dot(basis_[i], base);
            take(base, part, basis_[i]);
            take(way, part, carried_[i]);
        }
        const double after = dot(base, base);
        if (!(after > kNothing * before) || after <= 0.0) continue;
        const double scale = 1.0 / std::sqrt(after);
        for (double& each : base) each *= scale;
        for (double& each : way) each *= scale;
        const double part = dot(base, left);
        take(left, part, base);
        take(next_, part, way);
        basis_.push_back(std::move(base));
        carried_.push_back(std::move(way));
    }
    take(next_, -1.0, left);
    return next_;
}

}  // namespace easterly::fluid
