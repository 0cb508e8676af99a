// Storm watchdog of lossless queues as SONiC does it: judged at polls, from counters, each poll charged with the time
// since the one before.
#pragma once

#include <algorithm>
#include <cstdint>

namespace easterly::buffer {

enum class Action : std::int8_t { drop = 0, forward = 1, alert = 2 };
enum class Event : std::int8_t { nothing = 0, storm = 1, restored = 2 };

// Counters of one queue at a poll.
struct Sample {
    std::int64_t pauses = 0;    // pause frames received for its priority
    std::int64_t resumes = 0;   // times that it went from paused to not paused
    bool paused = false;
};

struct Watchdog {
    std::int64_t detection = 0, restoration = 0;  // ticks; restoration 0: stays until told otherwise
    Action action = Action::drop;

    bool storming = false;
    std::int64_t left = 0;      // ticks of the countdown
    std::int64_t last = -1;     // tick of the last poll
    Sample before;
    std::int64_t storms = 0, restorations = 0;

    // In a storm: traffic of the queue is dropped, or sent in spite of the pause; an alert changes nothing.
    bool drops() const { return storming && action == Action::drop; }
    bool ignores_pause() const { return storming && action == Action::forward; }

    Event poll(std::int64_t now, const Sample& sample) {
        const std::int64_t gap = now - last;
        const Event event = last < 0 ? first() : !storming ? detect(gap, sample)
                          : action == Action::alert        ? watch(sample)
                                                           : restore(gap, sample);
        before = sample;
        last = now;
        return event;
    }

private:
    bool stuck(const Sample& s) const {
        return s.pauses > before.pauses && s.resumes == before.resumes && before.paused && s.paused;
    }
    Event first() {
        left = detection;
        return Event::nothing;
    }
    // One sample never ends the countdown: a storm has to show in two.
    Event detect(std::int64_t gap, const Sample& sample) {
        if (!stuck(sample)) {
            left = detection;
            return Event::nothing;
        }
        const std::int64_t charge = std::min(gap, detection - 1);
        if (left > charge) {
            left -= charge;
            return Event::nothing;
        }
        storming = true;
        ++storms;
        left = restoration;
        return Event::storm;
    }
    Event restore(std::int64_t gap, const Sample& sample) {
        if (restoration == 0) return Event::nothing;
        if (sample.pauses != before.pauses) {
            left = restoration;
            return Event::nothing;
        }
        if (left > gap) {
            left -= gap;
            return Event::nothing;
        }
        return over();
    }
    Event watch(const Sample& sample) { return stuck(sample) ? Event::nothing : over(); }
    Event over() {
        storming = false;
        ++restorations;
        left = detection;
        return Event::restored;
    }
};

}  // namespace easterly::buffer
