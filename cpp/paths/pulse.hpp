// A beat that long computations give between rounds, so that whoever waits can look up or give up.
#pragma once

#include <chrono>
#include <functional>

namespace easterly::paths {

// Calls `look` at most ten times a second; what it throws ends the computation.
class Pulse {
public:
    explicit Pulse(std::function<void()> look = {}) : look_(std::move(look)) {}

    void beat() {
        if (!look_ || ++beats_ % kPerClock != 0) return;
        const auto now = std::chrono::steady_clock::now();
        if (now - last_ < std::chrono::milliseconds(100)) return;
        last_ = now;
        look_();
    }

private:
    static constexpr unsigned kPerClock = 16;  // reading the clock costs as much as a short search
    std::function<void()> look_;
    unsigned beats_ = 0;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace easterly::paths
