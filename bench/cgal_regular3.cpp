// CGAL's side of `make bench` in space: times Regular_triangulation_3 (or Delaunay_triangulation_3) on a binary file of sites.
//
//   cgal_regular3 regular|delaunay FILE
//
// FILE holds little-endian f64 quadruples x, y, z, w; w is the weight of the power distance |p - x|^2 - w, CGAL's convention and brenier's.
// Prints one line: CPU seconds (user + system) of the insertion with its spatial sort, finite cells, hidden sites.
// Range insertion sorts along a Hilbert curve within random rounds, so "sort included" needs no call of our own.

#include "cgal_common.hpp"

#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Delaunay_triangulation_3.h>
#include <CGAL/Regular_triangulation_3.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <vector>

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using Regular = CGAL::Regular_triangulation_3<Kernel>;
using Delaunay = CGAL::Delaunay_triangulation_3<Kernel>;

template <class Triangulation, class Sites>
static void time_insertion(const Sites& sites) {
    const double start = cpu_seconds();
    Triangulation triangulation;
    triangulation.insert(sites.begin(), sites.end());
    const double spent = cpu_seconds() - start;
    std::printf("%.6f %zu %zu\n", spent, static_cast<std::size_t>(triangulation.number_of_finite_cells()),
                sites.size() - static_cast<std::size_t>(triangulation.number_of_vertices()));
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: cgal_regular3 regular|delaunay FILE\n";
        return 2;
    }
    std::vector<double> raw;
    if (!read_doubles(argv[2], 4, raw)) {
        std::cerr << "error: " << argv[2] << ": cannot be read as f64 quadruples x, y, z, w\n";
        return 3;
    }
    const std::size_t n = raw.size() / 4;
    if (std::strcmp(argv[1], "regular") == 0) {
        std::vector<Kernel::Weighted_point_3> sites;
        sites.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
            sites.emplace_back(Kernel::Point_3(raw[4 * i], raw[4 * i + 1], raw[4 * i + 2]), raw[4 * i + 3]);
        }
        time_insertion<Regular>(sites);
    } else if (std::strcmp(argv[1], "delaunay") == 0) {
        std::vector<Kernel::Point_3> sites;
        sites.reserve(n);
        for (std::size_t i = 0; i < n; ++i) sites.emplace_back(raw[4 * i], raw[4 * i + 1], raw[4 * i + 2]);
        time_insertion<Delaunay>(sites);
    } else {
        std::cerr << "error: unknown mode " << argv[1] << "; use regular or delaunay\n";
        return 2;
    }
    return 0;
}
