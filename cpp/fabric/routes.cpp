#include "fabric/routes.hpp"

#include <stdexcept>

namespace easterly::fabric {

Routes::Routes(const Shape& shape, Routing routing)
    : shape_(shape),
      routing_(routing),
      torus_(dynamic_cast<const Torus*>(&shape)),
      dragonfly_(dynamic_cast<const Dragonfly*>(&shape)) {
    const bool known = routing == Routing::ecmp || (routing == Routing::ordered && torus_) ||
                       (routing == Routing::minimal && dragonfly_) ||
                       (routing == Routing::valiant && (torus_ || dragonfly_));
    if (!known) throw std::invalid_argument("fabrics of this family do not know the routing");
}

void Routes::hops(std::int32_t at, std::int32_t to, std::vector<Hop>& out) const {
    if (routing_ == Routing::ordered) return torus_->ordered_hops(at, to, out);
    if (dragonfly_ && routing_ != Routing::ecmp) return dragonfly_->minimal_hops(at, to, out);
    shape_.next_hops(at, to, out);
}

std::int32_t Routes::distance(std::int32_t at, std::int32_t to) const {
    if (dragonfly_ && routing_ != Routing::ecmp) return dragonfly_->minimal_distance(at, to);
    return shape_.distance(at, to);
}

}  // namespace easterly::fabric
