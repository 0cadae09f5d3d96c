//! Surfaces of other people: what is accepted for which purpose, what is refused, and in which
//! words. And files that are damaged.

use brenier::domain::surface::repair::{Mend, Need, RepairOptions, repair};
use brenier::domain::surface::{Surface, SurfaceError, Topology};
use brenier::io::{Encoding, Field, MeshData, ReadLimit, SurfaceFile, parse_surface, read_surface, write_surface};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};

/// Damaged meshes, each with: its topology; what transport says of it; what parameterization says,
/// when equal vertices are merged. The small ones are in `tests/data/meshes` (see its README), the
/// others beside the repository where they are at hand.
const BAD: [(&str, &str, &str, &str); 21] = [
    ("human_3comp.obj", "20908 faces, chi 5, loops 1, genus 0 0 0", "20908 faces", "20908 faces"),
    (
        "inverted_triangles.obj",
        "24685 faces, chi -4, loops 6, genus 0, 23889 misoriented",
        "24685 faces",
        "24685 faces; 10408 faces were turned to agree with the rest, the first of them 150",
    ),
    (
        "lionstatue_misoriented.obj",
        "63338 faces, chi -5, loops 1, genus 3, 4 misoriented",
        "63338 faces",
        "63338 faces; face 63303 and 1 more were turned to agree with the rest",
    ),
    (
        "moebius.obj",
        "448 faces, chi 0, loops 1, genus -, 4 misoriented, 1 one-sided",
        "448 faces",
        "refused: surface is one-sided: going around, faces 167 and 384 orient edge (217, 219) alike; cut it open there",
    ),
    ("pizza_genus73.obj", "49954 faces, chi -145, loops 1, genus 73", "49954 faces", "49954 faces"),
    (
        "spot_60_flipped_faces.obj",
        "1654 faces, chi 2, loops 0, genus 0, 172 misoriented",
        "1654 faces",
        "1654 faces; 60 faces were turned to agree with the rest, the first of them 31",
    ),
    ("spot_collinear_triangles.obj", "1654 faces, chi 2, loops 0, genus 0", "1654 faces", "1654 faces"),
    (
        "spot_dup_faces_nonmanifold.obj",
        "1662 faces, chi 8, loops 1, genus -, 7 equal faces, 15 crowded, 1 pinched",
        "1662 faces; 7 faces have the vertices of lower ones; all count, the first of them 1654",
        "refused: edge (0, 1) has 3 faces; surface must be an oriented 2-manifold",
    ),
    (
        "spot_isolated_vertices.obj",
        "1654 faces, chi 2, loops 0, genus 0, 5 isolated",
        "1654 faces; 5 vertices have no face and were left out, the first of them 0",
        "1654 faces; 5 vertices have no face and were left out, the first of them 0",
    ),
    ("spot_nan.obj", "spot_nan.obj: line 2: v 2 is NaN; every coordinate must be finite", "", ""),
    ("spot_scale1e-12.obj", "1654 faces, chi 2, loops 0, genus 0", "1654 faces", "1654 faces"),
    (
        "spot_shift1e7.obj",
        "1654 faces, chi 2, loops 0, genus 0, 22 equal vertices",
        "1556 faces; 98 faces have zero area and were left out, the first of them 0",
        "1610 faces; 22 vertices were merged with others at the same place, the first of them 2; 44 faces have zero area and were left out, the first of them 0; 55 faces have zero area; their middle vertices now divide neighbours, the first of them 57",
    ),
    (
        "spot_triangle_soup.obj",
        "1654 faces, chi 1654, loops 1654, genus 0 0 0 0 0, 4133 equal vertices",
        "1654 faces",
        "1654 faces; 4133 vertices were merged with others at the same place, the first of them 3",
    ),
    (
        "spot_zero_length_edge.obj",
        "1654 faces, chi 2, loops 0, genus 0, 1 equal vertices",
        "1652 faces; face 10 and 1 more have zero area and were left out",
        "1652 faces; vertex 11 is at the place of vertex 6 and was merged with it; face 10 and 1 more have zero area and were left out",
    ),
    (
        "teapot.obj",
        "2256 faces, chi 2, loops 8, genus 0 0 0 0 0, 25 equal vertices",
        "2256 faces",
        "refused: vertex 270 joins 2 separate fans of faces; surface must be an oriented 2-manifold",
    ),
    (
        "triple_vierbein.obj",
        "108 faces, chi 1, loops 1, genus -, 20 crowded, 3 misoriented",
        "108 faces",
        "refused: edge (0, 1) has 3 faces; surface must be an oriented 2-manifold",
    ),
    (
        "xatlas_degenerate_edge.obj",
        "1 faces, chi 1, loops 1, genus 0, 1 isolated, 1 equal vertices, 1 collapsed",
        "1 faces; face 1 has zero area and was left out; vertex 1 has no face and was left out",
        "1 faces; vertex 1 is at the place of vertex 0 and was merged with it; face 1 has zero area and was left out",
    ),
    (
        "xatlas_double_sided.obj",
        "4 faces, chi 2, loops 2, genus 0 0, 4 equal vertices",
        "4 faces",
        "2 faces; 4 vertices were merged with others at the same place, the first of them 4; face 1 and 1 more have the vertices of lower ones and were left out",
    ),
    (
        "xatlas_duplicate_edge.obj",
        "2 faces, chi 2, loops 2, genus 0 0, 2 equal vertices",
        "2 faces",
        "2 faces; vertex 3 and 1 more were merged with others at the same place",
    ),
    (
        "xatlas_zero_area_face.obj",
        "1 faces, chi 1, loops 1, genus 0",
        "refused: surface has zero area; at least one triangle must have corners that are not on one line",
        "refused: surface has zero area; at least one triangle must have corners that are not on one line",
    ),
    (
        "xatlas_zero_length_edge.obj",
        "2 faces, chi 1, loops 1, genus 0, 1 equal vertices",
        "1 faces; face 1 has zero area and was left out; vertex 1 has no face and was left out",
        "1 faces; vertex 1 is at the place of vertex 0 and was merged with it; face 1 has zero area and was left out",
    ),
];

fn bad_mesh(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("tests/data/meshes"), root.join("../shared/meshes/bad")];
    folders.into_iter().map(|f| f.join(name)).find(|p| p.exists())
}

fn topology(vertices: &[[f64; 3]], triangles: &[[u32; 3]]) -> String {
    let t = Topology::new(vertices, triangles);
    let genus: Vec<String> =
        t.components.iter().take(5).map(|c| c.genus().map_or("-".into(), |g| g.to_string())).collect();
    let mut text = format!("{} faces, chi {}, loops {}, genus {}", t.faces, t.euler(), t.loops(), genus.join(" "));
    let lists = [
        (t.isolated.len(), "isolated"),
        (t.equal_vertices.len(), "equal vertices"),
        (t.collapsed.len(), "collapsed"),
        (t.equal_faces.len(), "equal faces"),
        (t.crowded_edges.len(), "crowded"),
        (t.pinched_vertices.len(), "pinched"),
        (t.misoriented.len(), "misoriented"),
        (t.one_sided.len(), "one-sided"),
    ];
    lists.iter().filter(|l| l.0 > 0).for_each(|(n, what)| text += &format!(", {n} {what}"));
    text
}

fn answer(file: &SurfaceFile, options: RepairOptions) -> String {
    match repair(&file.vertices, &file.triangles, options) {
        Err(e) => format!("refused: {e}"),
        Ok(r) => {
            for (v, &of) in r.vertices.iter().zip(&r.vertex_of) {
                assert_eq!(v.map(f64::to_bits), file.vertices[of as usize].map(f64::to_bits), "no vertex moves");
            }
            assert_eq!(r.triangles.len(), r.face_of.len());
            if options.need == Need::Manifold {
                assert_eq!(Topology::new(&r.vertices, &r.triangles).obstacle(), None);
            }
            let log = r.log.to_string().replace('\n', "; ");
            let surface = r.into_surface().unwrap();
            assert!(surface.flat().is_empty());
            format!("{} faces{}{log}", surface.triangles().len(), if log.is_empty() { "" } else { "; " })
        }
    }
}

#[test]
fn bad_meshes_get_the_right_answer() {
    let mut seen = 0;
    for (name, topo, soup, manifold) in BAD {
        let Some(path) = bad_mesh(name) else { continue };
        seen += 1;
        let file = match parse_surface(Path::new(name), &std::fs::read(&path).unwrap()) {
            Ok(file) => file,
            Err(e) => {
                assert_eq!((e.to_string().as_str(), "", ""), (topo, soup, manifold), "{name}");
                continue;
            }
        };
        let surface = Surface::new(file.vertices.clone(), file.triangles.clone());
        assert_eq!(surface.is_ok(), !soup.starts_with("refused"), "{name}");
        let merge = RepairOptions::default().need(Need::Manifold).merge_vertices(true).cut(false);
        let found =
            (topology(&file.vertices, &file.triangles), answer(&file, RepairOptions::default()), answer(&file, merge));
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (topo, soup, manifold), "{name}");
    }
    assert!(seen >= 7, "the small meshes are part of the repository: {seen}");
}

#[test]
fn whatever_is_not_refused_can_be_cut_into_a_manifold() {
    for (name, ..) in BAD {
        let Some(path) = bad_mesh(name) else { continue };
        let Ok(file) = read_surface(&path, ReadLimit::default()) else { continue };
        let said = answer(&file, RepairOptions::default().need(Need::Manifold).merge_vertices(true).cut(true));
        let refused = said.strip_prefix("refused: ");
        assert!(refused.is_none_or(|r| r.contains("one-sided") || r.contains("zero area")), "{name}: {said}");
    }
}

/// Sound meshes, where they are at hand, with genus and number of boundary loops.
const GOOD: [(&str, usize, usize); 17] = [
    ("closed_koala.obj", 0, 0),
    ("closed_nefertiti.obj", 0, 0),
    ("closed_penguin.obj", 0, 0),
    ("closed_spot.obj", 0, 0),
    ("disk_demosthenes.obj", 0, 1),
    ("disk_face.obj", 0, 1),
    ("disk_hand.obj", 0, 1),
    ("disk_hemisphere.obj", 0, 1),
    ("disk_mountain.obj", 0, 1),
    ("disk_nefertiti_cut.obj", 0, 1),
    ("disk_penguin_cut.obj", 0, 1),
    ("disk_spot_cut.obj", 0, 1),
    ("disk_spothead.obj", 0, 1),
    ("genus1_torus.obj", 1, 0),
    ("genus2_skull.obj", 2, 0),
    ("holes27_plane.obj", 0, 27),
    ("bad/pizza_genus73.obj", 73, 1),
];

#[test]
fn good_meshes_are_left_alone() {
    for (name, genus, loops) in GOOD {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/meshes").join(name);
        let Ok(bytes) = std::fs::read(path) else { continue };
        let file = parse_surface(Path::new(name), &bytes).unwrap();
        let t = Topology::new(&file.vertices, &file.triangles);
        assert_eq!((t.obstacle(), t.components.len()), (None, 1), "{name}");
        assert_eq!((t.components[0].genus(), t.loops()), (Some(genus), loops), "{name}");
        // A cut stays open unless merging is asked for.
        let options = RepairOptions::default().need(Need::Manifold);
        let mesh = repair(&file.vertices, &file.triangles, options).unwrap();
        assert_eq!((&mesh.vertices, &mesh.triangles), (&file.vertices, &file.triangles), "{name}");
        assert!(mesh.log.steps.is_empty(), "{name}: {}", mesh.log);
    }
}

/// All prefixes and all files with one bit changed.
fn damaged(good: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let prefixes = (0..good.len()).map(|n| good[..n].to_vec());
    let flips = (0..8 * good.len()).map(|bit| {
        let mut bytes = good.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    prefixes.chain(flips)
}

/// A tetrahedron and more in every format.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let vertices = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.125], [0.0, 1e-3, 0.0], [0.25, 0.5, 1.0]];
    let triangles = [[0, 1, 2], [0, 3, 1], [1, 3, 2], [2, 3, 0]];
    let mark = [Field { name: "mark", columns: 1, values: &[1.0, 2.0, 3.0, 4.0] }];
    let mesh = MeshData { vertices: &vertices, triangles: &triangles, face_fields: &mark, ..MeshData::default() };
    let written = |name: &str, mesh: &MeshData, encoding| {
        let path = folder.path().join(name);
        write_surface(&path, mesh, encoding).unwrap();
        std::fs::read(path).unwrap()
    };
    let little = written("a.ply", &mesh, Encoding::Binary);
    let text = written("b.ply", &mesh, Encoding::Text);
    let mut obj = written("a.obj", &MeshData { face_fields: &[], ..mesh }, Encoding::Text);
    obj.extend(b"g part\nf -4/1 \\\n-3//2 -1 -2\n");
    let mut big = b"ply\nformat binary_big_endian 1.0\nelement face 1\nproperty list ushort uint vertex_index\n\
        element vertex 3\nproperty float z\nproperty double y\nproperty short x\nproperty list char double l\nend_header\n"
        .to_vec();
    big.extend(3u16.to_be_bytes());
    (0..3u32).for_each(|k| big.extend(k.to_be_bytes()));
    for k in 0..3i16 {
        big.extend(0.5f32.to_be_bytes());
        big.extend(f64::from(k * k).to_be_bytes());
        big.extend(k.to_be_bytes());
        big.push(1);
        big.extend(7f64.to_be_bytes());
    }
    let mut stl = vec![b' '; 80];
    stl.extend(2u32.to_le_bytes());
    for t in &triangles[..2] {
        stl.extend([0; 12]);
        t.iter().flat_map(|&v| vertices[v as usize]).for_each(|c| stl.extend((c as f32).to_le_bytes()));
        stl.extend([0; 2]);
    }
    let corner = |v: &u32| format!("vertex {:e} {} {}\n", vertices[*v as usize][0], vertices[*v as usize][1], 1.5);
    let facet = |t: &[u32; 3]| {
        let corners: String = t.iter().map(corner).collect();
        format!("facet normal 0 0 1\nouter loop\n{corners}endloop\nendfacet\n")
    };
    let stl_text = format!("solid a\n{}{}endsolid\n", facet(&[0, 1, 3]), facet(&[1, 2, 3]));
    let off = "OFF\n4 2 0\n0 0 0\n1 0 0.5\n1 1 0\n0 1 0 # four\n3 0 1 2 0.1 0.2 0.3\n4 0 1 2 3\n";
    vec![
        ("a.obj", obj),
        ("a.ply", little),
        ("b.ply", text),
        ("c.ply", big),
        ("a.stl", stl),
        ("b.stl", stl_text.into_bytes()),
        ("a.off", off.into()),
    ]
}

#[test]
fn damaged_files_never_panic() {
    for (name, good) in samples() {
        let path = Path::new(name);
        let file = parse_surface(path, &good).unwrap();
        Surface::new(file.vertices, file.triangles).unwrap();
        let (mut read, mut refused) = (0, 0);
        for bytes in damaged(&good) {
            match parse_surface(path, &bytes) {
                Err(e) => {
                    let text = e.to_string();
                    assert!(text.starts_with(name) && !text.contains('\n'), "{text}");
                    refused += 1;
                }
                Ok(file) => {
                    // Nothing is made room for that the file cannot hold.
                    assert!(
                        file.vertices.capacity() <= bytes.len() && file.triangles.capacity() <= bytes.len(),
                        "{name}"
                    );
                    read += 1;
                    for need in [Need::Soup, Need::Manifold] {
                        let options = RepairOptions::default().need(need).merge_vertices(true).cut(true);
                        if let Ok(mesh) = repair(&file.vertices, &file.triangles, options) {
                            let surface = mesh.into_surface();
                            assert!(
                                matches!(surface, Ok(_) | Err(SurfaceError::ExtentOutOfRange { .. })),
                                "{surface:?}"
                            );
                        }
                    }
                    let _ = Topology::new(&file.vertices, &file.triangles);
                }
            }
        }
        assert!(read > 10 && refused > 100, "{name}: {read} read, {refused} refused");
    }
}

/// A prefix of a file with counts is never a mesh.
#[test]
fn files_that_are_cut_off_are_refused() {
    for (name, good) in samples() {
        let whole = good.trim_ascii_end().len();
        for n in 0..whole.min(good.len() - 1) {
            let part = parse_surface(Path::new(name), &good[..n]);
            // Lines are all that text without counts has; and a number may lose digits.
            let open = name == "a.obj" || (name.ends_with("off") || name == "b.ply") && n + 8 > whole;
            assert!(part.is_err() || open, "{name} cut to {n} of {whole} bytes");
        }
    }
}

#[test]
fn a_million_faces_in_polygons_stay_in_proportion() {
    // A polygon of 100,000 corners in the densest encoding: a byte a corner. It runs to and fro on
    // a line: going around a triangle again and again it would be refused.
    let corners = 100_000u32;
    let mut ply =
        b"ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty char x\nproperty char y\nproperty char z\n\
        element face 2\nproperty list uint uchar vertex_indices\nend_header\n"
            .to_vec();
    ply.extend([0, 0, 0, 1, 0, 0, 0, 1, 0]);
    for n in [corners, 3] {
        ply.extend(n.to_le_bytes());
        let places = if n == 3 { 3 } else { 2 };
        ply.extend((0..n).map(|k| (k % places) as u8));
    }
    let file = parse_surface(Path::new("a.ply"), &ply).unwrap();
    assert_eq!(file.triangles.len(), corners as usize - 1);
    assert_eq!((file.polygon(0), file.polygon(corners - 3), file.polygon(corners - 2)), (0, 0, 1));
    assert_eq!(file.polygons, [0, corners - 2]);
}

/// Random faces between few vertices on a tiny grid: full of flat, equal and crowded ones. What
/// repair accepts is a manifold with the area of the faces that were given, each counted once.
#[test]
fn repaired_soups_keep_their_area() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut accepted, mut divided) = (0, 0);
    for _ in 0..20_000 {
        let (n, m) = (rng.random_range(4..9u32), rng.random_range(1..9));
        let mut coordinate = || f64::from(rng.random_range(0..3u8));
        let vertices: Vec<[f64; 3]> = (0..n).map(|_| [coordinate(), coordinate(), 0.5 * coordinate()]).collect();
        let triangles: Vec<[u32; 3]> = (0..m).map(|_| [0; 3].map(|_| rng.random_range(0..n))).collect();
        for (merge_vertices, cut) in [(false, false), (true, false), (true, true)] {
            let options = RepairOptions::default().need(Need::Manifold).merge_vertices(merge_vertices).cut(cut);
            let Ok(mesh) = repair(&vertices, &triangles, options) else { continue };
            accepted += 1;
            divided += usize::from(mesh.log.steps.iter().any(|s| matches!(s, Mend::SplitNeighbours(_))));
            assert_eq!(Topology::new(&mesh.vertices, &mesh.triangles).obstacle(), None);
            let area = |v: &[[f64; 3]], t: [u32; 3]| {
                let [a, b, c] = t.map(|v| v as usize).map(|k| v[k]);
                let (p, q) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
                [(0, 1), (1, 2), (2, 0)]
                    .map(|(i, j)| p[i] * q[j] - p[j] * q[i])
                    .iter()
                    .map(|x| x * x)
                    .sum::<f64>()
                    .sqrt()
            };
            // Faces are the same if their vertices are, or their places where vertices merge.
            let mut given: Vec<([u32; 3], f64)> = triangles
                .iter()
                .map(|&t| {
                    let mut key = t.map(|v| {
                        if merge_vertices {
                            vertices.iter().position(|p| *p == vertices[v as usize]).unwrap() as u32
                        } else {
                            v
                        }
                    });
                    key.sort_unstable();
                    (key, area(&vertices, t))
                })
                .collect();
            given.sort_by_key(|f| f.0);
            given.dedup_by_key(|f| f.0);
            let wanted: f64 = given.iter().map(|f| f.1).sum();
            let found: f64 = mesh.triangles.iter().map(|&t| area(&mesh.vertices, t)).sum();
            assert!((wanted - found).abs() < 1e-12 * wanted, "{vertices:?} {triangles:?} {mesh:?}");
        }
    }
    assert!(accepted > 5_000 && divided > 50, "{accepted} accepted, {divided} divided");
}

/// One surface, a bent L of concave and convex polygons, as each format has it: the same triangles,
/// the same area.
#[test]
fn every_format_gives_the_same_surface() {
    let v: [[f64; 3]; 8] = [
        [2.0, 0.0, 2.0],
        [2.0, 1.0, 2.0],
        [1.0, 1.0, 1.0],
        [1.0, 2.0, 1.0],
        [0.0, 2.0, 0.0],
        [0.0, 0.0, 0.0],
        [2.0, 0.0, 3.0],
        [2.0, 1.0, 3.0],
    ];
    let polygons: [&[usize]; 2] = [&[0, 1, 2, 3, 4, 5], &[0, 6, 7, 1]];
    let words = |list: &[usize], add: usize| list.iter().map(|k| (k + add).to_string()).collect::<Vec<_>>().join(" ");
    let rows = |before: &str| v.iter().map(|p| format!("{before}{} {} {}\n", p[0], p[1], p[2])).collect::<String>();
    let counted = |p: &[usize]| format!("{} {}\n", p.len(), words(p, 0));
    let obj = rows("v ") + &polygons.map(|p| format!("f {}\n", words(p, 1))).concat();
    let body = rows("") + &polygons.map(counted).concat();
    let head = |format: &str| {
        format!(
            "ply\nformat {format} 1.0\nelement vertex 8\nproperty double x\nproperty double y\nproperty double z\n\
             element face 2\nproperty list uchar int vertex_indices\nend_header\n"
        )
    };
    let binary = |big: bool| {
        let mut bytes = head(if big { "binary_big_endian" } else { "binary_little_endian" }).into_bytes();
        for x in v.as_flattened() {
            bytes.extend(if big { x.to_be_bytes() } else { x.to_le_bytes() });
        }
        for p in polygons {
            bytes.push(p.len() as u8);
            for &k in p {
                bytes.extend(if big { (k as i32).to_be_bytes() } else { (k as i32).to_le_bytes() });
            }
        }
        bytes
    };
    let plain = parse_surface(Path::new("a.obj"), obj.as_bytes()).unwrap();
    let facet = |t: &[u32; 3]| {
        let corner = |k: &u32| format!("vertex {} {} {}\n", v[*k as usize][0], v[*k as usize][1], v[*k as usize][2]);
        format!("facet normal 0 0 0\nouter loop\n{}endloop\nendfacet\n", t.iter().map(corner).collect::<String>())
    };
    let stl = format!("solid\n{}endsolid\n", plain.triangles.iter().map(facet).collect::<String>());
    let area = |file: &SurfaceFile| -> f64 {
        let one = |t: &[u32; 3]| {
            let [a, b, c] = t.map(|k| file.vertices[k as usize]);
            let n =
                [(1, 2), (2, 0), (0, 1)].map(|(i, j)| (b[i] - a[i]) * (c[j] - a[j]) - (b[j] - a[j]) * (c[i] - a[i]));
            0.5 * n.iter().map(|c| c * c).sum::<f64>().sqrt()
        };
        file.triangles.iter().map(one).sum()
    };
    let mac = |text: &str| text.replace('\n', "\r").into_bytes();
    for (name, bytes) in [
        ("a.obj", obj.clone().into_bytes()),
        ("mac.obj", mac(&obj)),
        ("a.off", format!("OFF\n8 2 0\n{body}").into_bytes()),
        ("b.off", mac(&format!("OFF8 2 0\n{body}"))),
        ("a.ply", (head("ascii") + &body).into_bytes()),
        ("mac.ply", mac(&(head("ascii") + &body))),
        ("b.ply", binary(false)),
        ("c.ply", binary(true)),
        ("a.stl", stl.clone().into_bytes()),
        ("mac.stl", mac(&stl.replace("endsolid", "end solid"))),
    ] {
        let file = parse_surface(Path::new(name), &bytes).unwrap_or_else(|e| panic!("{e}"));
        assert!((area(&file) - (3.0 * 2f64.sqrt() + 1.0)).abs() < 1e-14, "{name}: {}", area(&file));
        if !name.ends_with("stl") {
            assert_eq!((&file.triangles, &file.vertices), (&plain.triangles, &plain.vertices), "{name}");
        }
    }
}
