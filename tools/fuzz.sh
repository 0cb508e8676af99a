#!/usr/bin/env bash
# Fuzzes the kernels of meters, schedulers, queues, memory, classifiers, packets, curves, bounds, stations, congestion
# control, models of traffic, random graphs, fluids and prefixes with address and undefined-behaviour sanitizers.
# Usage: fuzz.sh [seconds of processor time per target] [target...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} = 0 ] && targets=(meter sched aqm buffer classify packet curve bounds queue control traffic robust fluid prefix)

cxx=${CXX:-g++}
flags=(-std=c++20 -O2 -g -ffp-contract=off -Wall -Wextra -Icpp -Itools/fuzz -D_GLIBCXX_ASSERTIONS
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
build=build/fuzz
mkdir -p "$build"
"$cxx" "${flags[@]}" -c tools/fuzz/driver.cpp -o "$build/driver.o"
for target in "${targets[@]}"; do
    sources=("tools/fuzz/$target.cpp")
    case $target in # what of the kernel is not in headers
        meter) sources+=(cpp/meter/*.cpp) ;;
        classify) sources+=(cpp/classify/*.cpp) ;;
        aqm) sources+=(cpp/maths/elementary.cpp) ;;
        curve) sources+=(cpp/curve/*.cpp) ;;
        bounds) sources+=(cpp/calculus/*.cpp) ;;
        queue) sources+=(cpp/queue/*.cpp cpp/maths/elementary.cpp) ;;
        control) sources+=(cpp/control/*.cpp cpp/maths/elementary.cpp) ;;
        traffic) sources+=(cpp/traffic/*.cpp cpp/queue/gamma.cpp cpp/maths/elementary.cpp) ;;
        robust) sources+=(cpp/robust/*.cpp cpp/maths/elementary.cpp) ;;
        prefix) sources+=(cpp/prefix/*.cpp) ;;
        fluid) sources+=(cpp/fluid/*.cpp cpp/flow/max_min.cpp) ;;
        packet) sources+=(cpp/packet/*.cpp cpp/maths/elementary.cpp) ;;
    esac
    "$cxx" "${flags[@]}" -fsanitize-coverage=trace-pc "${sources[@]}" "$build/driver.o" -o "$build/$target"
done

cd "$build"
for target in "${targets[@]}"; do
    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 "./$target" "$seconds" "${SEED:-1}"
done
