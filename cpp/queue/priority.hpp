// One server, classes in order of priority, the highest first (Cobham 1954).
#pragma once

#include <span>

namespace easterly::queue {

struct Classes {
    std::span<const double> arrival, mean, second;  // rates, first and second moments of service
};

// Mean waits without interruption. A class that the server cannot follow, and all below it, wait for ever; those above
// it meet the server always busy, with what is left of it given to that class.
void non_preemptive(const Classes& of, std::span<double> Wq);

// Times in the system where a higher class interrupts, and work is resumed.
void preemptive_resume(const Classes& of, std::span<double> W);

}  // namespace easterly::queue
