// Memory of large tables on large pages, where the system gives them on request: a look at a random place then rarely
// waits for the page table too.
#pragma once

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <cstddef>
#include <new>

namespace easterly::prefix {

// An allocator for std::vector.
template <class Item>
struct Pages {
    using value_type = Item;

    static constexpr std::size_t kPage = std::size_t{2} << 20;

    Pages() = default;
    template <class Other>
    Pages(const Pages<Other>&) {}

    static std::align_val_t alignment(std::size_t count) {
        return std::align_val_t{count * sizeof(Item) < kPage ? alignof(Item) : kPage};
    }

    Item* allocate(std::size_t count) {
        if (count > static_cast<std::size_t>(-1) / 2 / sizeof(Item)) throw std::bad_array_new_length();
        const std::size_t size_B = count * sizeof(Item);
        void* const made = ::operator new(size_B, alignment(count));
#ifdef __linux__
        if (size_B >= kPage) madvise(made, size_B / kPage * kPage, MADV_HUGEPAGE);  // a wish; nothing is lost without
#endif
        return static_cast<Item*>(made);
    }

    void deallocate(Item* made, std::size_t count) { ::operator delete(made, alignment(count)); }

    friend bool operator==(const Pages&, const Pages&) { return true; }
};

}  // namespace easterly::prefix
