//! Meshes of every format: no bytes panic or make room for more than they hold; what parses
//! survives being written again; topology and repair agree with counting by hand.

#![no_main]

use brenier::domain::surface::repair::{Need, RepairOptions, repair};
use brenier::domain::surface::{Surface, Topology};
use brenier::io::{SurfaceFile, parse_surface};
use libfuzzer_sys::fuzz_target;
use rug::Rational;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FORMATS: [&str; 4] = ["m.obj", "m.ply", "m.off", "m.stl"];

/// Faces up to which slow counting is affordable.
const FEW: usize = 200;

fuzz_target!(|data: &[u8]| {
    // The first byte tells the format.
    let Some((&kind, bytes)) = data.split_first() else { return };
    let name = FORMATS[usize::from(kind) % FORMATS.len()];
    let Ok(file) = parse_surface(Path::new(name), bytes) else { return };
    // A vector grows twofold.
    assert!(file.vertices.capacity() <= 2 * bytes.len() && file.triangles.capacity() <= 2 * bytes.len(), "{name}");
    again(&file);
    if file.triangles.len() > FEW || file.vertices.len() > FEW {
        return;
    }
    if let Ok(surface) = Surface::new(file.vertices.clone(), file.triangles.clone()) {
        for (f, t) in file.triangles.iter().enumerate() {
            let flat = is_flat(t.map(|v| file.vertices[v as usize]));
            assert_eq!(surface.flat().binary_search(&(f as u32)).is_ok(), flat, "face {f}");
        }
    }
    count(&file.vertices, &file.triangles);
    for (merge_vertices, cut) in [(false, false), (true, false), (true, true)] {
        for need in [Need::Soup, Need::Manifold] {
            mend(&file, RepairOptions::default().need(need).merge_vertices(merge_vertices).cut(cut));
        }
    }
});

/// As .obj the triangles read the same.
fn again(file: &SurfaceFile) {
    let mut text: String = file.vertices.iter().map(|[x, y, z]| format!("v {x:?} {y:?} {z:?}\n")).collect();
    file.triangles.iter().for_each(|t| text += &format!("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1));
    let read = parse_surface(Path::new("again.obj"), text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(read.triangles, file.triangles);
    let bits = |file: &SurfaceFile| file.vertices.iter().flatten().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read), bits(file));
}

/// Whether the cross product of two sides is zero, in rationals.
fn is_flat(t: [[f64; 3]; 3]) -> bool {
    let t = t.map(|p| p.map(|c| Rational::from_f64(c).expect("finite")));
    let side = |k: usize, axis: usize| Rational::from(&t[k][axis] - &t[0][axis]);
    [(0, 1), (1, 2), (2, 0)].iter().all(|&(i, j)| side(1, i) * side(2, j) == side(1, j) * side(2, i))
}

/// Faces at each edge, with whether they run upwards; faces that name a vertex twice left out.
fn edges(triangles: &[[u32; 3]]) -> BTreeMap<(u32, u32), Vec<(usize, bool)>> {
    let mut edges: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (f, t) in triangles.iter().enumerate().filter(|(_, t)| t[0] != t[1] && t[1] != t[2] && t[2] != t[0]) {
        for k in 0..3 {
            let (a, b) = (t[k], t[(k + 1) % 3]);
            edges.entry((a.min(b), a.max(b))).or_default().push((f, a < b));
        }
    }
    edges
}

/// Number of groups of some faces that are connected through the given edges.
fn groups(
    faces: &BTreeSet<usize>,
    edges: &BTreeMap<(u32, u32), Vec<(usize, bool)>>,
    through: impl Fn(&(u32, u32)) -> bool,
) -> usize {
    let mut group: BTreeMap<usize, usize> = faces.iter().map(|&f| (f, f)).collect();
    let through: Vec<_> = edges.iter().filter(|(e, _)| through(e)).map(|(_, faces)| faces).collect();
    loop {
        let mut changed = false;
        for side in &through {
            let of = |f: &usize| group.get(f).copied();
            let Some(low) = side.iter().filter_map(|(f, _)| of(f)).min() else { continue };
            for (f, _) in side.iter() {
                changed |= group.get_mut(f).is_some_and(|g| std::mem::replace(g, low) != low);
            }
        }
        if !changed {
            return group.values().collect::<BTreeSet<_>>().len();
        }
    }
}

fn count(vertices: &[[f64; 3]], triangles: &[[u32; 3]]) {
    let t = Topology::new(vertices, triangles);
    let edges = edges(triangles);
    let faces: BTreeSet<usize> = edges.values().flatten().map(|s| s.0).collect();
    let used: BTreeSet<u32> = triangles.iter().flatten().copied().collect();
    assert_eq!((t.vertices, t.edges, t.faces), (used.len(), edges.len(), faces.len()));
    assert_eq!(t.isolated.len() + t.vertices, vertices.len());
    assert_eq!(t.collapsed.len() + t.faces, triangles.len());
    let crowded = edges.values().filter(|s| s.len() > 2).count();
    let alike = edges.values().filter(|s| s.len() == 2 && s[0].1 == s[1].1).count();
    assert_eq!((t.crowded_edges.len(), t.misoriented.len()), (crowded, alike));
    assert_eq!(t.components.len(), groups(&faces, &edges, |_| true));
    let fans = |v: u32| {
        let around = faces.iter().copied().filter(|&f| triangles[f].contains(&v)).collect();
        groups(&around, &edges, |e| e.0 == v || e.1 == v)
    };
    let pinched: Vec<(u32, usize)> = used.iter().map(|&v| (v, fans(v))).filter(|p| p.1 > 1).collect();
    assert_eq!(t.pinched_vertices, pinched);
    for c in &t.components {
        if let Some(genus) = c.genus() {
            assert_eq!(2 - 2 * genus as i64 - c.loops as i64, c.euler(), "{c:?}");
        }
    }
}

fn mend(file: &SurfaceFile, options: RepairOptions) {
    let Ok(mesh) = repair(&file.vertices, &file.triangles, options) else { return };
    for (v, &of) in mesh.vertices.iter().zip(&mesh.vertex_of) {
        assert_eq!(v.map(f64::to_bits), file.vertices[of as usize].map(f64::to_bits));
    }
    for (t, &f) in mesh.triangles.iter().zip(&mesh.face_of) {
        assert!(!is_flat(t.map(|v| mesh.vertices[v as usize])), "a flat face is left");
        assert!((f as usize) < file.triangles.len());
    }
    assert!(mesh.log.to_string().lines().count() == mesh.log.steps.len());
    if options.need == Need::Manifold {
        count(&mesh.vertices, &mesh.triangles);
        let report = Topology::new(&mesh.vertices, &mesh.triangles);
        assert_eq!(report.obstacle(), None);
        assert!(report.components.iter().all(|c| c.manifold && c.orientable));
        assert!(edges(&mesh.triangles).values().all(|s| s.len() < 3 && (s.len() < 2 || s[0].1 != s[1].1)));
    }
}
