// Loops compiled for several vector widths. No operation is reordered and none fused, so that all give the same bits.
#pragma once

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define EASTERLY_WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define EASTERLY_WIDE
#endif
