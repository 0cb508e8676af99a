#include "allocate/interior.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maths/elementary.hpp"

namespace easterly::allocate {

namespace {
constexpr double kEnter = 0.1;     // most that one new path takes of its pair's flow
constexpr double kEnterSlack = 0.5;  // most that all new paths take of a link's slack
constexpr double kLeastProduct = 1e-2;  // of a new path, over its target
constexpr double kLeastPull = 1e-3;     // and where it lowers the price of its pair
constexpr double kLinkShare = 0.3;  // what all links weigh in the targets, pairs being 1
}  // namespace

// U'(f) = weight f^-alpha.
double marginal(const Goal& goal, double weight, double rate) {
    if (!goal.curved()) return weight;
    if (goal.alpha == 1.0) return weight / rate;
    if (goal.alpha == 2.0) return weight / (rate * rate);
    if (goal.alpha == 0.5) return weight / std::sqrt(rate);
    return weight * maths::pow(rate, -goal.alpha);
}

Interior::Interior(const Problem& p, const Goal& g)
    : problem(p), goal(g), columns(p), total(p.pairs()), base(p.pairs(), 0.0), growth(p.pairs(), 0.0),
      cap(p.amount.begin(), p.amount.end()) {
    for (std::size_t k = 0; k < p.pairs(); ++k) {
        total[k] = g.equal() ? Total::equal : std::isfinite(p.amount[k]) ? Total::capped : Total::free;
        if (g.kind == Kind::concurrent) {
            base[k] = g.base[k];
            growth[k] = g.growth[k];
        } else if (g.kind == Kind::cost) {
            base[k] = p.amount[k];
        }
    }
    s.assign(p.links(), 1.0);
    y.assign(p.links(), 0.0);
    load.assign(p.links(), 0.0);
    row.assign(p.links(), -1);
    edge_.resize(p.links());
    t.assign(p.pairs(), 0.0);
    z.assign(p.pairs(), 0.0);
    u.assign(p.pairs(), 0.0);
    lambda.assign(p.pairs(), 0.0);
}

void Interior::scale(std::span<const double> rates, std::span<const double> worths) {
    rate.assign(rates.begin(), rates.end());
    worth.assign(worths.begin(), worths.end());
    omega.resize(rate.size());
    double all = 0.0, capacity = 0.0;
    for (std::size_t k = 0; k < rate.size(); ++k) all += omega[k] = rate[k] * worth[k];
    for (std::size_t k = 0; k < rate.size(); ++k) omega[k] += 1e-9 * all / static_cast<double>(rate.size());
    for (const double c : problem.capacity) capacity += c;
    stake = all;
    omega_link.resize(problem.links());
    for (std::size_t l = 0; l < problem.links(); ++l) omega_link[l] = kLinkShare * all * problem.capacity[l] / capacity;
}

// Rows are links that the pairs could fill: those below their capacity in the worst case never have a price.
void Interior::rows() {
    std::vector<double> limit(problem.pairs()), most(problem.links());
    for (std::size_t k = 0; k < problem.pairs(); ++k)
        limit[k] = total[k] == Total::free || growth[k] > 0.0 ? kInfinity : total[k] == Total::equal ? base[k] : cap[k];
    schur_.gather(columns, problem.links());
    schur_.worst(columns, limit, most);
    link_of.clear();
    const double mu = std::max(mu_, 1e-12);
    for (std::size_t l = 0; l < problem.links(); ++l) {
        const bool binds = most[l] > problem.capacity[l] * (1.0 - 1e-9);
        const bool before = row[l] >= 0;
        row[l] = binds ? static_cast<std::int32_t>(link_of.size()) : -1;
        if (binds) link_of.push_back(static_cast<std::int32_t>(l));
        if (!binds) y[l] = 0.0;
        if (binds && !before) {
            s[l] = std::max(problem.capacity[l] - load[l], 0.01 * problem.capacity[l]);
            if (y[l] <= 0.0) y[l] = mu * omega_link[l] / s[l];
        }
    }
    schur_.shape(row, link_of.size());
}

double Interior::temperature() const {
    double sum = 0.0, over = 0.0;
    for (std::size_t p = 0; p < x.size(); ++p) {
        sum += x[p] * w[p];
        over += omega[columns.pair[p]];
    }
    for (std::size_t k = 0; k < total.size(); ++k)
        if (total[k] == Total::capped) {
            sum += t[k] * z[k];
            over += omega[k];
        }
    for (const std::int32_t l : link_of) {
        sum += s[l] * y[l];
        over += omega_link[l];
    }
    return over > 0.0 ? sum / over : 0.0;
}

void Interior::open_rows() {
    link_of.resize(problem.links());
    for (std::size_t l = 0; l < problem.links(); ++l) row[l] = link_of[l] = static_cast<std::int32_t>(l);
}

void Interior::reshape(std::span<const std::int32_t> former) {
    const double mu = mu_;
    std::vector<double> old_x(std::move(x)), old_w(std::move(w));
    x.assign(columns.size(), 0.0);
    w.assign(columns.size(), 0.0);
    for (std::size_t p = 0; p < former.size(); ++p)
        if (former[p] >= 0 && !old_x.empty()) {
            x[p] = old_x[former[p]];
            w[p] = old_w[former[p]];
        }
    rows();
    measure();
    for (std::size_t k = 0; k < total.size(); ++k) {
        double flow = 0.0, entering = 0.0;
        std::int32_t fresh = 0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
            flow += x[p];
            fresh += former[p] < 0;
        }
        if (fresh == 0 || old_x.empty()) continue;
        if (total[k] == Total::capped && !goal.curved()) {
            centre(k, mu, cap[k], true);
            z[k] = std::max(u[k] - lambda[k], 1e-14 * u[k]);
            t[k] = mu * omega[k] / z[k];
            continue;
        }
        if (!(flow > 0.0)) flow = 1e-3 * rate[k];
        // A new path enters with a small part of the flow, so that loads stay nearly as they are.
        const double m = mu * omega[k], least = m / (kEnter * flow);
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p)
            if (former[p] < 0) {
                w[p] = std::max(length[p] - lambda[k], least);
                x[p] = m / w[p];
                entering += x[p];
            }
        const double most = std::max(entering, 0.5 * flow);
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p)
            if (former[p] < 0 && entering > 0.5 * flow) x[p] *= 0.5 * flow / most;
    }
    if (!old_x.empty() && (goal.equal() || goal.curved())) enter(former);
    columns.loads(x, load, node_);
}

// New paths of many pairs may meet on a link: together they take part of its slack and no more.
void Interior::enter(std::span<const std::int32_t> former) {
    std::vector<double> change(x.size(), 0.0);
    for (std::size_t k = 0; k < total.size(); ++k) {
        double entering = 0.0, flow = 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) (former[p] < 0 ? entering : flow) += x[p];
        if (entering == 0.0) continue;
        const double leaving = flow > 0.0 ? std::min(entering / flow, 0.5) : 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p)
            change[p] = former[p] < 0 ? x[p] : -leaving * x[p];
    }
    columns.loads(change, edge_, node_);
    for (std::size_t l = 0; l < problem.links(); ++l)
        edge_[l] = row[l] < 0 ? 1.0 : std::max(1.0, edge_[l] / (kEnterSlack * s[l]));
    for (std::size_t v = 0; v < columns.up.size(); ++v)
        node_[v] = columns.up[v] < 0 ? 1.0 : std::max(node_[columns.up[v]], edge_[columns.link[v]]);
    for (std::size_t k = 0; k < total.size(); ++k) {
        double entering = 0.0, flow = 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
            if (former[p] < 0) {
                x[p] /= node_[columns.leaf[p]];
                w[p] = std::max(w[p], kLeastProduct * mu_ * omega[k] / x[p]);
                entering += x[p];
            } else {
                flow += x[p];
            }
        }
        if (entering == 0.0 || flow == 0.0) continue;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p)
            if (former[p] >= 0) x[p] *= std::max(1.0 - entering / flow, 0.5);
        if (goal.curved()) cheapen(k, flow, former);
    }
}

// A shorter path lowers the price of its pair, so that all its paths stay dual feasible: the total, which has yet to follow
// that price, is easier to mend than paths longer than what they are worth.
void Interior::cheapen(std::size_t k, double flow, std::span<const std::int32_t> former) {
    const double m = mu_ * omega[k], least = m / (kEnter * flow);
    double low = lambda[k];
    for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p)
        if (former[p] < 0) low = std::min(low, length[p] - std::max(least, kLeastPull * m / x[p]));
    u[k] = std::max(low + z[k], 0.05 * u[k]);
    lambda[k] = u[k] - z[k];
    for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) w[p] = std::max(length[p] - lambda[k], least);
}

void Interior::measure() {
    price_.resize(problem.links());
    for (std::size_t l = 0; l < price_.size(); ++l) price_[l] = y[l] + problem.cost[l];
    node_.resize(columns.up.size());
    node2_.resize(columns.up.size());
    columns.lengths(price_, node_);
    length.resize(columns.size());
    for (std::size_t p = 0; p < length.size(); ++p) length[p] = node_[columns.leaf[p]];
}

// Eliminating phi, too, adds the square of its column; without it the matrix would be all but singular.
void Interior::factorise() {
    std::vector<double>& matrix = schur_.fill(columns, theta_, kappa_, diag_);
    const std::size_t n = link_of.size(), stride = schur_.stride();
    if (goal.kind == Kind::concurrent) {
        growth_scale_ = 0.0;
        for (std::size_t k = 0; k < total.size(); ++k) {
            const double m = growth[k] / theta_sum_[k];
            growth_scale_ += m * growth[k];
            for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) q_[p] = theta_[p] * m;
        }
        columns.loads(q_, edge_, node_);
        for (std::size_t i = 0; i < n; ++i) border_[i] = edge_[link_of[i]];
        for (std::size_t i = 0; i < n; ++i) {
            const double part = border_[i] / growth_scale_;
            for (std::size_t j = 0; j <= i; ++j) matrix[i * stride + j] += part * border_[j];
        }
    }
    cholesky_.factorise(matrix, n, stride);
}

void Interior::direct(Direction& d, std::span<const double> cx, std::span<const double> ct, std::span<const double> cs) {
    const std::size_t pairs = total.size(), n = link_of.size();
    for (std::size_t k = 0; k < pairs; ++k) {
        const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
        double q_sum = 0.0;
        for (std::int32_t p = first; p < last; ++p) {
            q_[p] = cx[p] * per_x_[p] + rd_[p];
            q_sum += theta_[p] * q_[p];
        }
        if (total[k] == Total::equal) {
            e_[k] = (r2_[k] - q_sum) * per_sum_[k];
        } else {
            double h = goal.curved() ? u[k] * ru_[k] : 0.0;
            if (total[k] == Total::capped) h -= (ct[k] - z[k] * r2_[k]) * per_t_[k];
            e_[k] = (h - kappa_[k] * q_sum) * per_sum_[k];
        }
        for (std::int32_t p = first; p < last; ++p) d.x[p] = theta_[p] * (q_[p] + e_[k]);
    }
    columns.loads(d.x, edge_, node_);
    for (std::size_t i = 0; i < n; ++i) {
        const std::int32_t l = link_of[i];
        rhs_[i] = cs[l] / y[l] - r1_[l] + edge_[l];
    }
    d.phi = 0.0;
    double fixed = r_phi_;
    if (goal.kind == Kind::concurrent) {
        for (std::size_t k = 0; k < pairs; ++k) fixed -= growth[k] * e_[k];
        for (std::size_t i = 0; i < n; ++i) rhs_[i] += border_[i] * (fixed / growth_scale_);
    }
    cholesky_.solve(rhs_);
    if (goal.kind == Kind::concurrent) {
        for (std::size_t i = 0; i < n; ++i) fixed -= border_[i] * rhs_[i];
        d.phi = fixed / growth_scale_;
    }
    std::fill(d.y.begin(), d.y.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        const std::int32_t l = link_of[i];
        d.y[l] = rhs_[i];
        d.s[l] = (cs[l] - s[l] * rhs_[i]) / y[l];
    }
    columns.lengths(d.y, node_);
    for (std::size_t k = 0; k < pairs; ++k) {
        const std::int32_t first = columns.ptr[k], last = columns.ptr[k + 1];
        double b = 0.0;
        for (std::int32_t p = first; p < last; ++p) b += theta_[p] * node_[columns.leaf[p]];
        const double pull = total[k] == Total::equal ? b + growth[k] * d.phi : kappa_[k] * b;
        const double change = pull * per_sum_[k] + e_[k];
        d.lambda[k] = change;
        double flow = 0.0;
        for (std::int32_t p = first; p < last; ++p) {
            d.x[p] = theta_[p] * (change - node_[columns.leaf[p]] + q_[p]);
            d.w[p] = (cx[p] - w[p] * d.x[p]) * per_x_[p];
            flow += d.x[p];
        }
        if (total[k] == Total::capped) {
            d.t[k] = r2_[k] - flow;
            d.z[k] = (ct[k] - z[k] * d.t[k]) * per_t_[k];
        }
        if (goal.curved()) d.u[k] = d.lambda[k] + (total[k] == Total::capped ? d.z[k] : 0.0);
    }
}

void Interior::longest(const Direction& d, double& primal, double& dual) const {
    // Ratios below 1 alone matter, so that most entries cost a comparison and no division.
    double p_cut = 1.0, d_cut = 1.0;
    for (std::size_t p = 0; p < x.size(); ++p) {
        if (x[p] + p_cut * d.x[p] < 0.0) p_cut = -x[p] / d.x[p];
        if (w[p] + d_cut * d.w[p] < 0.0) d_cut = -w[p] / d.w[p];
    }
    for (std::size_t k = 0; k < total.size(); ++k) {
        if (total[k] == Total::capped) {
            if (t[k] + p_cut * d.t[k] < 0.0) p_cut = -t[k] / d.t[k];
            if (z[k] + d_cut * d.z[k] < 0.0) d_cut = -z[k] / d.z[k];
        }
        if (goal.curved() && u[k] + d_cut * d.u[k] < 0.0) d_cut = -u[k] / d.u[k];
    }
    for (const std::int32_t l : link_of) {
        if (s[l] + p_cut * d.s[l] < 0.0) p_cut = -s[l] / d.s[l];
        if (y[l] + d_cut * d.y[l] < 0.0) d_cut = -y[l] / d.y[l];
    }
    primal = p_cut;
    dual = d_cut;
}

double Interior::step() {
    const std::size_t pairs = total.size(), n = link_of.size(), cols = columns.size();
    for (auto* v : {&theta_, &rd_, &q_, &cx_, &per_x_}) v->resize(cols);
    for (auto* v : {&kappa_, &theta_sum_, &e_, &r2_, &ru_, &ct_, &per_t_, &per_sum_}) v->resize(pairs);
    for (auto* v : {&r1_, &cs_}) v->resize(problem.links());
    for (auto* v : {&rhs_, &diag_, &border_}) v->resize(n);
    for (auto* d : {&affine_, &final_}) {
        d->x.resize(cols), d->w.resize(cols);
        for (auto* v : {&d->t, &d->z, &d->u, &d->lambda}) v->resize(pairs);
        for (auto* v : {&d->y, &d->s}) v->resize(problem.links());
    }
    measure();
    columns.loads(x, load, node_);
    primal_residual = dual_residual = 0.0;
    r_phi_ = 1.0;
    for (std::size_t k = 0; k < pairs; ++k) {
        double flow = 0.0, sum = 0.0;
        for (std::int32_t p = columns.ptr[k]; p < columns.ptr[k + 1]; ++p) {
            theta_[p] = x[p] / w[p];
            per_x_[p] = 1.0 / x[p];
            rd_[p] = lambda[k] - length[p] + w[p];
            dual_residual = std::max(dual_residual, std::abs(rd_[p]) / worth[k]);
            flow += x[p];
            sum += theta_[p];
            cx_[p] = -x[p] * w[p];
        }
        theta_sum_[k] = sum;
        r_phi_ -= growth[k] * lambda[k];
        if (total[k] == Total::equal) {
            kappa_[k] = kRigid;
            per_sum_[k] = 1.0 / sum;
            r2_[k] = base[k] + phi * growth[k] - flow;
        } else {
            kappa_[k] = 0.0;
            if (goal.curved()) {
                ru_[k] = maths::log(marginal(goal, problem.weight[k], flow) / u[k]);
                kappa_[k] = goal.alpha * u[k] / flow;
            }
            r2_[k] = 0.0;
            if (total[k] == Total::capped) {
                kappa_[k] += z[k] / t[k];
                r2_[k] = cap[k] - t[k] - flow;
                ct_[k] = -t[k] * z[k];
                per_t_[k] = 1.0 / t[k];
            }
            per_sum_[k] = 1.0 / (1.0 + kappa_[k] * sum);
        }
        primal_residual = std::max(primal_residual, std::abs(r2_[k]) / rate[k]);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::int32_t l = link_of[i];
        r1_[l] = problem.capacity[l] - s[l] - load[l];
        primal_residual = std::max(primal_residual, std::abs(r1_[l]) / problem.capacity[l]);
        diag_[i] = s[l] / y[l];
        cs_[l] = -s[l] * y[l];
    }
    factorise();

    direct(affine_, cx_, ct_, cs_);
    double primal, dual;
    longest(affine_, primal, dual);
    if (goal.curved()) primal = dual = std::min(primal, dual);
    double now = 0.0, then = 0.0, over = 0.0;
    for (std::size_t p = 0; p < cols; ++p) {
        now += x[p] * w[p];
        then += (x[p] + primal * affine_.x[p]) * (w[p] + dual * affine_.w[p]);
        over += omega[columns.pair[p]];
    }
    for (std::size_t k = 0; k < pairs; ++k)
        if (total[k] == Total::capped) {
            now += t[k] * z[k];
            then += (t[k] + primal * affine_.t[k]) * (z[k] + dual * affine_.z[k]);
            over += omega[k];
        }
    for (const std::int32_t l : link_of) {
        now += s[l] * y[l];
        then += (s[l] + primal * affine_.s[l]) * (y[l] + dual * affine_.y[l]);
        over += omega_link[l];
    }
    const double ratio = std::max(then / now, 0.0);
    const double mu = std::max(std::min(ratio * ratio * ratio, 1.0), most_cut) * now / over;
    // The second-order term holds for a full step; where the first is short, so much of it (Colombo & Gondzio 2008).
    const double part = primal * dual;
    for (std::size_t p = 0; p < cols; ++p) cx_[p] += mu * omega[columns.pair[p]] - part * affine_.x[p] * affine_.w[p];
    for (std::size_t k = 0; k < pairs; ++k)
        if (total[k] == Total::capped) ct_[k] += mu * omega[k] - part * affine_.t[k] * affine_.z[k];
    for (const std::int32_t l : link_of) cs_[l] += mu * omega_link[l] - part * affine_.s[l] * affine_.y[l];
    direct(final_, cx_, ct_, cs_);
    longest(final_, primal, dual);
    correct(mu, primal, dual);
    primal = primal < 1.0 ? 0.995 * primal : 1.0;
    dual = dual < 1.0 ? 0.995 * dual : 1.0;
    if (goal.curved()) primal = dual = std::min(primal, dual);
    for (std::size_t p = 0; p < cols; ++p) {
        x[p] += primal * final_.x[p];
        w[p] += dual * final_.w[p];
    }
    for (std::size_t k = 0; k < pairs; ++k) {
        if (total[k] == Total::capped) {
            t[k] += primal * final_.t[k];
            z[k] += dual * final_.z[k];
        }
        if (goal.curved()) u[k] += dual * final_.u[k];
        lambda[k] += dual * final_.lambda[k];
        if (total[k] != Total::equal) lambda[k] = u[k] - (total[k] == Total::capped ? z[k] : 0.0);
    }
    for (const std::int32_t l : link_of) {
        s[l] += primal * final_.s[l];
        y[l] += dual * final_.y[l];
    }
    phi += primal * final_.phi;
    mu_ = temperature();
    primal_step = primal;
    dual_step = dual;
    return std::min(primal, dual);
}

}  // namespace easterly::allocate
