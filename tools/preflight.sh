#!/bin/sh
# What a build needs and lacks, one line each: what is missing, and what to install.
# usage: preflight.sh PYTHON
python=${1:-python3}
lacking=0

lack() {
    echo "easterly: $1" >&2
    lacking=1
}

ask() { # ask PROGRAM: run it in that Python, quietly
    "$python" -c "import os, sys, sysconfig; $1" 2>/dev/null
}

version=$(ask 'print("%d.%d" % sys.version_info[:2])')
if [ -z "$version" ]; then
    lack "no $python that runs; install Python 3.11 or newer (Debian, Ubuntu: apt-get install python3-dev python3-venv), or say make PYTHON=/path/to/python3"
elif ! ask 'sys.exit(sys.version_info < (3, 11))'; then
    lack "$python is Python $version, and 3.11 or newer is needed; install it, or say make PYTHON=/path/to/python3.11"
else
    ask 'import ensurepip, venv' ||
        lack "$python cannot make virtual environments; install what it lacks (Debian, Ubuntu: apt-get install python$version-venv)"
    ask 'sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' ||
        lack "the headers of $python (Python.h) are missing; install them (Debian, Ubuntu: apt-get install python$version-dev; Fedora: dnf install python3-devel)"
fi

found=
for compiler in "${CXX:-}" c++ g++ clang++; do
    if [ -n "$compiler" ] && command -v "${compiler%% *}" >/dev/null 2>&1; then
        found=$compiler
        break
    fi
done
[ -n "$found" ] ||
    lack "no C++ compiler found; install one that knows C++20 (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install)"

exit $lacking
