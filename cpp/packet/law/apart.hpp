// A large value kept apart from what it belongs to, and copied with it.
#pragma once

#include <memory>

namespace easterly::packet {

template <class T>
class Apart {
public:
    template <class A>
    void archive(A& a) { a(*value_); }
    Apart() : value_(std::make_unique<T>()) {}
    Apart(const Apart& other) : value_(std::make_unique<T>(*other.value_)) {}
    Apart(Apart&&) noexcept = default;
    Apart& operator=(const Apart& other) {
        value_ = std::make_unique<T>(*other.value_);
        return *this;
    }
    Apart& operator=(Apart&&) noexcept = default;
    ~Apart() = default;

    T& operator*() { return *value_; }
    T* operator->() { return value_.get(); }
    const T* get() const { return value_.get(); }

private:
    std::unique_ptr<T> value_;
};

}  // namespace easterly::packet
