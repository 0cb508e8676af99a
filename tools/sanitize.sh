#!/usr/bin/env bash
# Kernel tests on a core built with address and undefined-behaviour sanitizers.
# Uses the python3 that comes first in PATH; it must have pytest, numpy and what the kernel tests import.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(command -v python3)
"$python" -m nanobind --version >/dev/null 2>&1 || "$python" -m pip install --quiet nanobind
for tool in cmake ninja; do
  command -v "$tool" >/dev/null || "$python" -m pip install --quiet "$tool"
done

build=build/asan
cmake -S . -B "$build" -G Ninja -DEASTERLY_SANITIZE=ON -DCMAKE_BUILD_TYPE=Release -DPython_EXECUTABLE="$python" \
  -DCMAKE_CXX_FLAGS="-D_GLIBCXX_ASSERTIONS -D_GLIBCXX_SANITIZE_VECTOR"  # indices of vectors and spans too
cmake --build "$build"

# A package of its own, so that the installed core stays as it is. -S keeps the installed package's redirection
# out, whose finder would come before any path; site-packages are then named by hand.
rm -rf "$build/path"
mkdir -p "$build/path"
cp -R src/easterly "$build/path/"
cp "$build"/_core*.so "$build/path/easterly/_kernel/"
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')

# The sanitizers' libraries must come before the interpreter's; libstdc++ among them, or exceptions are not seen.
preload=""
for library in libasan.so libubsan.so libstdc++.so; do
  preload+="$("${CXX:-g++}" -print-file-name="$library") "
done
export LD_PRELOAD="$preload"
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export PYTHONPATH="$build/path:$packages" PYTHONDONTWRITEBYTECODE=1
"$python" -S -c '
from easterly._kernel import _core
assert _core.__file__.startswith("'"$PWD/$build"'/"), f"not the sanitized core: {_core.__file__}"'
# --capture=no: a sanitizer ends the process at once, and what pytest holds back would be lost.
"$python" -S -m pytest tests/kernel --capture=no -p no:cacheprovider -p no:xdist "$@"
