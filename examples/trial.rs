use brenier::io::{read_surface, ReadLimit, write_surface, MeshData, Texture, Encoding};
use brenier::parameterize::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let f = read_surface(a[1].as_ref(), ReadLimit::default()).unwrap();
    let mut o = ParameterizeOptions::default();
    match a.get(3).map(|s| s.as_str()) { Some("square") => o.boundary = Boundary::Square, Some("free") => o.boundary = Boundary::Free, _ => {} }
    if let Some(w) = a.get(4) { o.area_weight = w.parse().unwrap(); }
    let clock = std::time::Instant::now();
    match parameterize(&f.vertices, &f.triangles, &o) {
        Ok(p) => {
            let d = &p.distortion;
            let secs: f64 = clock.elapsed().as_secs_f64();
            println!("{} bij {} L1 {:.3e} star {:.2e} QC {:.2?} charts {} secs {:.2} stages {:.4?} steps {} cut {} {:?}", a[1].rsplit('/').next().unwrap(), p.bijective, d.area_error, d.star_error, d.stretch, p.charts.len(), secs, p.charts[0].area_errors, p.charts[0].steps, p.charts[0].cut_edges, p.charts[0].proof);
            let mesh = MeshData { vertices: &f.vertices, triangles: &p.triangles, texture: Some(Texture { points: &p.points, corners: &p.corners }), ..MeshData::default() };
            write_surface(a[2].as_ref(), &mesh, Encoding::Text).unwrap();
        }
        Err(e) => println!("{} ERROR {e}", a[1].rsplit('/').next().unwrap()),
    }
}
