// Highest random weight: every member draws a number for every connection, and the highest wins.
#pragma once

#include <cstdint>
#include <span>

namespace easterly::hash {

// Member with the highest score for each hash (Thaler & Ravishankar 1998; named in RFC 2992, section 4). The score is
// -weight / ln(u) with u drawn from (hash, name of the member), so that members win in proportion to their weights
// (Schindelhauer & Schomaker 2005, SPAA); members of weight 0 never do. -1 where there is no member.
void rendezvous(std::span<const std::uint64_t> hash, std::span<const std::uint64_t> name,
                std::span<const double> weight, std::span<std::int32_t> member);

}  // namespace easterly::hash
