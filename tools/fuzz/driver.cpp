// A small fuzzer led by coverage. Targets are compiled with -fsanitize-coverage=trace-pc, which calls back at every edge;
// inputs that reach new edges, or old ones more often, are kept and changed further.
//
// Usage: TARGET SECONDS [SEED]   fuzz, for seconds of processor time
//        TARGET FILE             run one input again
// What fails is kept in crash-TARGET.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

#include "bytes.hpp"

extern "C" void __sanitizer_set_death_callback(void (*)());
extern "C" void __sanitizer_cov_trace_pc();

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kMap = 1 << 14, kLongest = 2048;
constexpr unsigned kHang_s = 20;
const std::string kCrash = "crash-";

std::uint8_t hits[kMap], seen[kMap];
std::uintptr_t last_place;
Input current;
std::string kept;

void keep() {
    std::ofstream(kept, std::ios::binary).write(reinterpret_cast<const char*>(current.data()),
                                                static_cast<std::streamsize>(current.size()));
    std::fprintf(stderr, "input of %zu bytes kept in %s\n", current.size(), kept.c_str());
}

void aborted(int) {
    keep();
    _exit(1);
}

void hung(int) {
    std::fprintf(stderr, "hangs for %u s\n", kHang_s);
    keep();
    _exit(1);
}

// Of processor time, as all times here: other work on the machine is no hang.
void watch(unsigned limit_s) {
    const itimerval timer{{0, 0}, {static_cast<time_t>(limit_s), 0}};
    setitimer(ITIMER_PROF, &timer, nullptr);
}

void run(const Input& input) {
    current = input;
    last_place = 0;
    watch(kHang_s);
    fuzz::target(fuzz::Bytes(current));
    watch(0);
}

// Powers of two of how often an edge was taken, so that loops count as longer or shorter.
bool news() {
    bool found = false;
    for (std::size_t i = 0; i < kMap; ++i) {
        if (hits[i] == 0) continue;
        const auto bucket = static_cast<std::uint8_t>(1u << (31 - __builtin_clz(hits[i])));
        found |= (seen[i] & bucket) == 0;
        seen[i] |= bucket;
        hits[i] = 0;
    }
    return found;
}

class Changes {
public:
    explicit Changes(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t most) { return most == 0 ? 0 : random_() % most; }

    Input of(const std::vector<Input>& corpus) {
        Input made = corpus[below(corpus.size())];
        for (std::size_t i = 1 + below(6); i-- > 0;) change(made, corpus[below(corpus.size())]);
        if (made.size() > kLongest) made.resize(kLongest);
        return made;
    }

private:
    std::mt19937_64 random_;

    std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

    void change(Input& made, const Input& other) {
        const std::size_t at = below(made.size() + 1);
        const auto place = made.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(7)) {
            case 0: made.insert(place, byte()); break;
            case 1: for (std::size_t i = 1 + below(64); i-- > 0;) made.push_back(byte()); break;
            case 2: if (at < made.size()) made[at] = byte(); break;
            case 3: if (at < made.size()) made[at] ^= static_cast<std::uint8_t>(1u << below(8)); break;
            case 4: made.erase(place, place + static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(made.size() - at, 32) + 1))); break;
            case 5: if (at < made.size()) made[at] = static_cast<std::uint8_t>(made[at] + below(5) - 2); break;
            default: {
                const std::size_t from = below(other.size()), count = below(other.size() - from + 1);
                const Input part(other.begin() + static_cast<std::ptrdiff_t>(from),
                                 other.begin() + static_cast<std::ptrdiff_t>(from + count));
                made.insert(place, part.begin(), part.end());
            }
        }
    }
};

double seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void search(double until_s, std::uint64_t seed) {
    Changes changes(seed);
    std::vector<Input> corpus{{}};
    std::uint64_t runs = 0;
    const double begin = seconds();
    for (; seconds() - begin < until_s; ++runs) {
        const Input input = changes.of(corpus);
        run(input);
        if (news()) corpus.push_back(input);
    }
    std::size_t edges = 0;
    for (const std::uint8_t each : seen) edges += each != 0;
    std::printf("%s: %llu runs in %.0f s, %zu inputs kept, %zu edges, nothing found\n", kept.c_str() + kCrash.size(),
                static_cast<unsigned long long>(runs), seconds() - begin, corpus.size(), edges);
}

}  // namespace

extern "C" __attribute__((no_sanitize("address", "undefined"))) void __sanitizer_cov_trace_pc() {
    const auto place = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    std::uint8_t& count = hits[(place ^ last_place) & (kMap - 1)];
    count = static_cast<std::uint8_t>(count == 255 ? 255 : count + 1);
    last_place = place >> 1;
}

void fuzz::fail(const char* text, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    keep();
    _exit(1);
}

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const std::string self = argv[0];
    kept = kCrash + self.substr(self.find_last_of('/') + 1);
    __sanitizer_set_death_callback(keep);
    std::signal(SIGABRT, aborted);  // what the standard library refuses
    std::signal(SIGPROF, hung);
    if (std::ifstream file(argv[1], std::ios::binary); file) {
        run(Input(std::istreambuf_iterator<char>(file), {}));
        return 0;
    }
    search(std::atof(argv[1]), argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    return 0;
}
