// The compiled core as one Python module; each room of the kernel binds itself in a file of its own.
#include <nanobind/nanobind.h>

NB_MODULE(_core, m) {
    m.doc() = "Compiled algorithms of Easterly: arrays in, arrays out.";
}
