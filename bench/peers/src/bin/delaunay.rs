//! `delaunay spade|delaunator FILE`: CPU seconds of the two Rust libraries on the unweighted points
//! of FILE, their own ordering included (spade through `bulk_load`), and the number of triangles.

use brenier_peers::{Site, own_cpu_seconds, print_timing, read_sites};
use spade::{DelaunayTriangulation, Point2, Triangulation};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, file] = arguments.as_slice() else {
        return Err("usage: delaunay spade|delaunator FILE".into());
    };
    let sites: Vec<Site> = read_sites(Path::new(file))?;
    match library.as_str() {
        "spade" => {
            let points: Vec<Point2<f64>> = sites.iter().map(|s| Point2::new(s[0], s[1])).collect();
            let start = own_cpu_seconds()?;
            let triangulation = DelaunayTriangulation::<Point2<f64>>::bulk_load(points)?;
            print_timing(own_cpu_seconds()? - start, triangulation.num_inner_faces(), 0);
        }
        "delaunator" => {
            let points: Vec<delaunator::Point> = sites.iter().map(|s| delaunator::Point { x: s[0], y: s[1] }).collect();
            let start = own_cpu_seconds()?;
            let triangulation = delaunator::triangulate(&points);
            print_timing(own_cpu_seconds()? - start, triangulation.len(), 0);
        }
        other => return Err(format!("unknown library {other}; use spade or delaunator").into()),
    }
    Ok(())
}
