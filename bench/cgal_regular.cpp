// CGAL's side of `make bench`: times Regular_triangulation_2 (or Delaunay_triangulation_2) on a binary file of sites.
//
//   cgal_regular regular|delaunay FILE
//
// FILE holds little-endian f64 triples x, y, w; w is the weight of the power distance |p - x|^2 - w, CGAL's convention and brenier's.
// Prints one line: CPU seconds (user + system) of the insertion with its spatial sort, finite faces, hidden vertices.
// Range insertion sorts along a Hilbert curve within random rounds, so "sort included" needs no call of our own.

#include "cgal_common.hpp"

#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Delaunay_triangulation_2.h>
#include <CGAL/Regular_triangulation_2.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <vector>

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using Regular = CGAL::Regular_triangulation_2<Kernel>;
using Delaunay = CGAL::Delaunay_triangulation_2<Kernel>;

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: cgal_regular regular|delaunay FILE\n";
        return 2;
    }
    std::vector<double> raw;
    if (!read_doubles(argv[2], 3, raw)) {
        std::cerr << "error: " << argv[2] << ": cannot be read as f64 triples x, y, w\n";
        return 3;
    }
    const std::size_t n = raw.size() / 3;
    if (std::strcmp(argv[1], "regular") == 0) {
        std::vector<Kernel::Weighted_point_2> sites;
        sites.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
            sites.emplace_back(Kernel::Point_2(raw[3 * i], raw[3 * i + 1]), raw[3 * i + 2]);
        }
        const double start = cpu_seconds();
        Regular triangulation;
        triangulation.insert(sites.begin(), sites.end());
        const double spent = cpu_seconds() - start;
        std::printf("%.6f %zu %zu\n", spent, static_cast<std::size_t>(triangulation.number_of_faces()),
                    static_cast<std::size_t>(triangulation.number_of_hidden_vertices()));
    } else if (std::strcmp(argv[1], "delaunay") == 0) {
        std::vector<Kernel::Point_2> sites;
        sites.reserve(n);
        for (std::size_t i = 0; i < n; ++i) sites.emplace_back(raw[3 * i], raw[3 * i + 1]);
        const double start = cpu_seconds();
        Delaunay triangulation;
        triangulation.insert(sites.begin(), sites.end());
        const double spent = cpu_seconds() - start;
        std::printf("%.6f %zu 0\n", spent, static_cast<std::size_t>(triangulation.number_of_faces()));
    } else {
        std::cerr << "error: unknown mode " << argv[1] << "; use regular or delaunay\n";
        return 2;
    }
    return 0;
}
