// What is due, in the order of time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace easterly::fluid {

// What happens at one time happens in this order, and by number within a kind.
enum class Kind : std::uint8_t { capacity, reroute, sends };

struct Event {
    double time;
    Kind kind;
    std::int32_t what;  // an activity, or the row of a change
    bool operator>(const Event& other) const {
        if (time != other.time) return time > other.time;
        return kind != other.kind ? kind > other.kind : what > other.what;
    }
};

// What is known before all begins is sorted once; what comes to be known goes into a heap.
class Agenda {
public:
    void add(const Event& event) {
        if (begun_) later_.push(event);
        else known_.push_back(event);
    }
    void begin() {
        begun_ = true;
        const auto before = [](const Event& a, const Event& b) { return b > a; };
        if (!std::ranges::is_sorted(known_, before)) std::ranges::sort(known_, before);
    }
    bool empty() const { return next_ == known_.size() && later_.empty(); }
    const Event& first() const { return from_known() ? known_[next_] : later_.top(); }
    Event take() {
        if (from_known()) return known_[next_++];
        const Event event = later_.top();
        later_.pop();
        return event;
    }

private:
    bool from_known() const { return next_ < known_.size() && (later_.empty() || later_.top() > known_[next_]); }

    std::vector<Event> known_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> later_;
    std::size_t next_ = 0;
    bool begun_ = false;
};

}  // namespace easterly::fluid
