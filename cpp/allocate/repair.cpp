#include "allocate/repair.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "allocate/certificate.hpp"

namespace easterly::allocate {

namespace {

constexpr double kMargin = 1.0 - 1e-12;

struct Repair {
    const Problem& problem;
    const Goal& goal;
    const Columns& columns;
    Plan& plan;
    std::vector<double> load, node;

    // Each path by the worst excess on its links.
    void fit() {
        columns.loads(plan.rate, load, node);
        std::vector<double> excess(load.size());
        bool over = false;
        for (std::size_t l = 0; l < load.size(); ++l) {
            excess[l] = std::max(1.0, load[l] / (problem.capacity[l] * kMargin));
            over |= excess[l] > 1.0;
        }
        if (!over) return;
        for (std::size_t v = 0; v < columns.up.size(); ++v)
            node[v] = columns.up[v] < 0 ? 1.0 : std::max(node[columns.up[v]], excess[columns.link[v]]);
        for (std::size_t p = 0; p < plan.rate.size(); ++p) plan.rate[p] /= node[columns.leaf[p]];
        columns.loads(plan.rate, load, node);
    }

    double total(std::size_t k) const {
        double sum = 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) sum += plan.rate[p];
        return sum;
    }

    void scale(std::size_t k, double factor) {
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) plan.rate[p] *= factor;
    }

    void fill(std::span<const std::int32_t> rank) {
        std::vector<double> left(problem.pairs());
        for (std::size_t k = 0; k < left.size(); ++k) left[k] = problem.amount[k] * kMargin - total(k);
        for (const std::int32_t p : rank) {
            double more = left[columns.pair[p]];
            for (std::int32_t v = columns.leaf[p]; more > 0.0 && columns.up[v] >= 0; v = columns.up[v])
                more = std::min(more, problem.capacity[columns.link[v]] * kMargin - load[columns.link[v]]);
            if (!(more > 0.0)) continue;
            plan.rate[p] += more;
            left[columns.pair[p]] -= more;
            for (std::int32_t v = columns.leaf[p]; columns.up[v] >= 0; v = columns.up[v]) load[columns.link[v]] += more;
        }
    }

    // The largest phi for which the shares of the paths as they are keep all capacities.
    void grow(double phi) {
        std::vector<double> fixed(plan.rate.size()), more(plan.rate.size());
        for (std::size_t k = 0; k < problem.pairs(); ++k) {
            const double sum = total(k);
            for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
                const double share = sum > 0.0 ? plan.rate[p] / sum : 1.0 / (columns.ptr[k + 1] - columns.ptr[k]);
                fixed[p] = share * goal.base[k];
                more[p] = share * goal.growth[k];
            }
        }
        std::vector<double> extra(load.size());
        columns.loads(fixed, load, node);
        columns.loads(more, extra, node);
        phi = kInfinity;
        for (std::size_t l = 0; l < load.size(); ++l)
            if (extra[l] > 0.0) phi = std::min(phi, (problem.capacity[l] * kMargin - load[l]) / extra[l]);
        if (!(phi > 0.0)) phi = 0.0;
        plan.phi = phi;
        for (std::size_t p = 0; p < plan.rate.size(); ++p) plan.rate[p] = fixed[p] + phi * more[p];
    }
};

}  // namespace

Plan repair(const Problem& problem, const Goal& goal, const Columns& columns, std::span<const double> x, double phi,
            std::span<const std::int32_t> rank) {
    Plan plan;
    plan.rate.assign(x.begin(), x.end());
    Repair work{problem, goal, columns, plan, std::vector<double>(problem.links()), std::vector<double>(columns.up.size())};
    if (goal.kind == Kind::concurrent) work.grow(phi);
    for (std::size_t k = 0; k < problem.pairs(); ++k) {
        const double sum = work.total(k);
        if (goal.kind == Kind::cost ? sum > 0.0 : goal.kind != Kind::concurrent && sum > problem.amount[k] * kMargin)
            work.scale(k, problem.amount[k] / sum * (goal.kind == Kind::cost ? 1.0 : kMargin));
    }
    work.fit();
    if (goal.kind == Kind::throughput || goal.kind == Kind::utility || goal.kind == Kind::cost) work.fill(rank);
    columns.loads(plan.rate, work.load, work.node);
    for (std::size_t k = 0; k < problem.pairs(); ++k) {
        const double sum = work.total(k);
        if (goal.kind == Kind::throughput || goal.kind == Kind::utility)
            plan.value += utility(goal, problem.weight[k], sum);
        else {
            const double wanted = goal.kind == Kind::cost ? problem.amount[k] : goal.base[k] + plan.phi * goal.growth[k];
            if (wanted > 0.0) plan.shortfall = std::max(plan.shortfall, 1.0 - sum / wanted);
        }
    }
    if (goal.kind == Kind::concurrent) plan.value = plan.phi;
    for (std::size_t l = 0; l < problem.links(); ++l) plan.value -= problem.cost[l] * work.load[l];
    return plan;
}

}  // namespace easterly::allocate
