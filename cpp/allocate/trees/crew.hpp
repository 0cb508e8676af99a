// Work on many roots, shared out among threads in a fixed way.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace easterly::allocate::trees {

// Calls work(worker, item) for all items; worker w has the items w, w + workers, ...
template <class Work>
void share_out(int workers, std::size_t items, const Work& work) {
    const auto step = static_cast<std::size_t>(workers < 1 ? 1 : workers);
    const auto part = [&](std::size_t worker) {
        for (std::size_t item = worker; item < items; item += step) work(worker, item);
    };
    std::vector<std::jthread> crew;
    for (std::size_t worker = 1; worker < step && worker < items; ++worker) crew.emplace_back(part, worker);
    part(0);
}

}  // namespace easterly::allocate::trees
