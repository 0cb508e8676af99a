#include "calculus/flows.hpp"

namespace easterly::calculus {

void Flows::reserve(std::size_t more) {
    for (auto* column : {&share, &burst, &rate}) column->reserve(column->size() + more);
    for (auto* column : {&ptr, &back_ptr}) column->reserve(column->size() + more);
    for (auto* column : {&queue, &back_queue}) column->reserve(column->size() + more);
}

void Flows::push(std::span<const std::int32_t> there, std::span<const std::int32_t> back, double part, double b,
                 double r) {
    queue.insert(queue.end(), there.begin(), there.end());
    back_queue.insert(back_queue.end(), back.begin(), back.end());
    ptr.push_back(static_cast<std::int64_t>(queue.size()));
    back_ptr.push_back(static_cast<std::int64_t>(back_queue.size()));
    share.push_back(part);
    burst.push_back(b);
    rate.push_back(r);
}

}  // namespace easterly::calculus
