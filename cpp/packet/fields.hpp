// The fields of a plain struct, one by one, without a list of them: one that is added is found by itself.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace easterly::packet {

// Stands for a value of any type while fields are counted.
struct Anything {
    template <class T>
    operator T() const;
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), Anything{})...}; };
}

template <class T, std::size_t N = 33>
constexpr std::size_t count_fields() {
    if constexpr (takes<T>(std::make_index_sequence<N>{})) return N;
    else return count_fields<T, N - 1>();
}

template <class T>
inline constexpr std::size_t kFields = count_fields<T>();

// Calls `act` with all fields of an aggregate, in their order.
template <class T, class Act>
void with_fields(T& of, Act&& act) {
    static_assert(std::is_aggregate_v<T>, "say in `archive` what is to be kept of this class");
    static_assert(kFields<T> <= 32, "more fields than are listed here");
#define EASTERLY_EACH(...) { auto& [__VA_ARGS__] = of; act(__VA_ARGS__); }
#define EASTERLY_16 v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15
    if constexpr (kFields<T> == 1) EASTERLY_EACH(v0)
    else if constexpr (kFields<T> == 2) EASTERLY_EACH(v0, v1)
    else if constexpr (kFields<T> == 3) EASTERLY_EACH(v0, v1, v2)
    else if constexpr (kFields<T> == 4) EASTERLY_EACH(v0, v1, v2, v3)
    else if constexpr (kFields<T> == 5) EASTERLY_EACH(v0, v1, v2, v3, v4)
    else if constexpr (kFields<T> == 6) EASTERLY_EACH(v0, v1, v2, v3, v4, v5)
    else if constexpr (kFields<T> == 7) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6)
    else if constexpr (kFields<T> == 8) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7)
    else if constexpr (kFields<T> == 9) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8)
    else if constexpr (kFields<T> == 10) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9)
    else if constexpr (kFields<T> == 11) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10)
    else if constexpr (kFields<T> == 12) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11)
    else if constexpr (kFields<T> == 13) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12)
    else if constexpr (kFields<T> == 14) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13)
    else if constexpr (kFields<T> == 15) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14)
    else if constexpr (kFields<T> == 16) EASTERLY_EACH(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15)
    else if constexpr (kFields<T> == 17) EASTERLY_EACH(EASTERLY_16, v16)
    else if constexpr (kFields<T> == 18) EASTERLY_EACH(EASTERLY_16, v16, v17)
    else if constexpr (kFields<T> == 19) EASTERLY_EACH(EASTERLY_16, v16, v17, v18)
    else if constexpr (kFields<T> == 20) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19)
    else if constexpr (kFields<T> == 21) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20)
    else if constexpr (kFields<T> == 22) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21)
    else if constexpr (kFields<T> == 23) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22)
    else if constexpr (kFields<T> == 24) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23)
    else if constexpr (kFields<T> == 25) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24)
    else if constexpr (kFields<T> == 26) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25)
    else if constexpr (kFields<T> == 27) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26)
    else if constexpr (kFields<T> == 28) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27)
    else if constexpr (kFields<T> == 29) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28)
    else if constexpr (kFields<T> == 30) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29)
    else if constexpr (kFields<T> == 31) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30)
    else if constexpr (kFields<T> == 32) EASTERLY_EACH(EASTERLY_16, v16, v17, v18, v19, v20, v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31)
#undef EASTERLY_16
#undef EASTERLY_EACH
}

}  // namespace easterly::packet
