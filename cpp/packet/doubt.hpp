// A timeout that may have been too early (RFC 5682, section 3): one packet is sent again, then new ones, and what is
// acknowledged next tells whether the rest was only late. Then all is as it was before it (RFC 9438, section 4.9).
#pragma once

#include <cstdint>
#include <vector>

#include "packet/congestion.hpp"

namespace easterly::packet {

struct Doubt {
    enum Step : std::uint8_t { none = 0, first_again = 1, two_new = 2 };
    static constexpr std::uint32_t kNew = 2;  // packets that are sent to find out

    Step step = none;
    std::uint32_t point = 0;      // behind the last packet that had been sent, RecoveryPoint of the RFC
    std::vector<Control> before;  // as it was when time ran out

    void end() {
        step = none;
        before.clear();
    }
    bool lets(std::uint32_t next) const { return step == two_new && next < point + kNew; }
};

}  // namespace easterly::packet
