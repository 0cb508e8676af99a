#include "queue/priority.hpp"

#include "queue/erlang.hpp"

namespace easterly::queue {

namespace {

// Half of lambda E[S^2]: what one class adds to the residual service; nothing where nobody comes, however services vary.
double adds(const Classes& of, std::size_t k) {
    return of.arrival[k] > 0.0 ? of.arrival[k] * of.second[k] / 2.0 : 0.0;
}

// Mean residual service that an arrival meets: half of sum lambda E[S^2], of the work that is really served.
double residual(const Classes& of) {
    double total = 0.0, spare = 1.0;
    for (std::size_t k = 0; k < of.arrival.size(); ++k) {
        const double load = of.arrival[k] * of.mean[k];
        if (load >= spare) return total + spare * of.second[k] / of.mean[k] / 2.0;
        total += adds(of, k);
        spare -= load;
    }
    return total;
}

}  // namespace

void non_preemptive(const Classes& of, std::span<double> Wq) {
    const double first = residual(of);
    double before = 0.0;
    for (std::size_t k = 0; k < Wq.size(); ++k) {
        const double load = before + of.arrival[k] * of.mean[k];
        Wq[k] = load < 1.0 ? first / ((1.0 - before) * (1.0 - load)) : kInfinite;
        before = load;
    }
}

void preemptive_resume(const Classes& of, std::span<double> W) {
    double before = 0.0, work = 0.0;
    for (std::size_t k = 0; k < W.size(); ++k) {
        const double load = before + of.arrival[k] * of.mean[k];
        work += adds(of, k);
        W[k] = load < 1.0 ? (of.mean[k] + work / (1.0 - load)) / (1.0 - before) : kInfinite;
        before = load;
    }
}

}  // namespace easterly::queue
