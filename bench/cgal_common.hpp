// What both CGAL programs need: the clock, and the reader of their inputs.

#pragma once

#include <sys/resource.h>

#include <fstream>
#include <vector>

// User plus system time, because page faults of freshly grown containers are part of what a triangulation costs.
inline double cpu_seconds() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    auto seconds = [](const timeval& t) { return t.tv_sec + 1e-6 * t.tv_usec; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline bool read_doubles(const char* path, int width, std::vector<double>& out) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return false;
    const std::streamoff bytes = in.tellg();
    if (bytes < 0 || bytes % (8 * width) != 0) return false;
    out.resize(static_cast<std::size_t>(bytes) / sizeof(double));
    in.seekg(0);
    return static_cast<bool>(in.read(reinterpret_cast<char*>(out.data()), bytes));
}
