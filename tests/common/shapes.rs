//! Small surfaces of every topology.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

#[derive(Clone, Debug, Default)]
pub struct Mesh {
    pub vertices: Vec<[f64; 3]>,
    pub triangles: Vec<[u32; 3]>,
}

impl Mesh {
    pub fn append(&mut self, other: &Mesh) {
        let offset = self.vertices.len() as u32;
        self.vertices.extend(&other.vertices);
        self.triangles.extend(other.triangles.iter().map(|t| t.map(|v| v + offset)));
    }
}

/// A curve `(radius, height)` turned about the axis, from an open end to an apex on the axis.
pub fn revolved(profile: &[[f64; 2]], segments: usize) -> Mesh {
    let mut mesh = Mesh::default();
    let rings = profile.len() - 1;
    for (k, &[r, z]) in profile[..rings].iter().enumerate() {
        for s in 0..segments {
            // Half a step from ring to ring: no long diagonals.
            let (sin, cos) = (TAU * (s as f64 + 0.5 * k as f64) / segments as f64).sin_cos();
            mesh.vertices.push([r * cos, r * sin, z]);
        }
    }
    mesh.vertices.push([0.0, 0.0, profile[rings][1]]);
    let at = |k: usize, s: usize| (k * segments + s % segments) as u32;
    for k in 0..rings - 1 {
        for s in 0..segments {
            mesh.triangles.push([at(k, s), at(k, s + 1), at(k + 1, s)]);
            mesh.triangles.push([at(k, s + 1), at(k + 1, s + 1), at(k + 1, s)]);
        }
    }
    let apex = (rings * segments) as u32;
    mesh.triangles.extend((0..segments).map(|s| [at(rings - 1, s), at(rings - 1, s + 1), apex]));
    mesh
}

/// The boundary of some unit cubes, each side divided into `parts` by `parts` squares.
pub fn voxels(cells: &[[i32; 3]], parts: i32) -> Mesh {
    let mut mesh = Mesh::default();
    let mut number: BTreeMap<[i32; 3], u32> = BTreeMap::new();
    for &cell in cells {
        for axis in 0..3 {
            for side in [-1, 1] {
                let mut next = cell;
                next[axis] += side;
                if cells.contains(&next) {
                    continue;
                }
                let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
                for i in 0..parts {
                    for j in 0..parts {
                        let mut corner = |di: i32, dj: i32| {
                            let mut p = cell.map(|c| c * parts);
                            p[axis] += if side > 0 { parts } else { 0 };
                            p[u] += i + di;
                            p[v] += j + dj;
                            *number.entry(p).or_insert_with(|| {
                                mesh.vertices.push(p.map(|c| f64::from(c) / f64::from(parts)));
                                mesh.vertices.len() as u32 - 1
                            })
                        };
                        let [a, b, c, d] = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
                        let pair = if side > 0 { [[a, b, c], [a, c, d]] } else { [[a, c, b], [a, d, c]] };
                        mesh.triangles.extend(pair);
                    }
                }
            }
        }
    }
    mesh
}

/// A flat ring.
pub fn annulus(segments: usize, rings: usize) -> Mesh {
    let mut mesh = Mesh::default();
    for k in 0..=rings {
        let r = 1.0 + k as f64 / rings as f64;
        for s in 0..segments {
            let (sin, cos) = (TAU * s as f64 / segments as f64).sin_cos();
            mesh.vertices.push([r * cos, r * sin, 0.0]);
        }
    }
    let at = |k: usize, s: usize| (k * segments + s % segments) as u32;
    for k in 0..rings {
        for s in 0..segments {
            mesh.triangles.push([at(k, s), at(k + 1, s), at(k + 1, s + 1)]);
            mesh.triangles.push([at(k, s), at(k + 1, s + 1), at(k, s + 1)]);
        }
    }
    mesh
}

/// A square of `n` by `n` squares with two hills. Diagonals at corners are turned, so that no
/// triangle has two sides on the boundary.
pub fn bumps(n: usize) -> Mesh {
    let mut mesh = Mesh::default();
    for j in 0..=n {
        for i in 0..=n {
            let (x, y) = (2.0 * i as f64 / n as f64 - 1.0, 2.0 * j as f64 / n as f64 - 1.0);
            let hill = |a: f64, b: f64, s: f64| (-((x - a).powi(2) + (y - b).powi(2)) / (s * s)).exp();
            mesh.vertices.push([x, y, 0.8 * hill(0.3, 0.2, 0.3) + 0.5 * hill(-0.4, -0.3, 0.25)]);
        }
    }
    let at = |i: usize, j: usize| (j * (n + 1) + i) as u32;
    for j in 0..n {
        for i in 0..n {
            let [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            let turned = (i + 1 == n) != (j + 1 == n) && (i == 0 || j == 0);
            mesh.triangles.extend(if turned { [[a, b, d], [b, c, d]] } else { [[a, b, c], [a, c, d]] });
        }
    }
    mesh
}

/// A plate of `columns` by `rows` unit squares of which the first `drilled` have a round hole of
/// `sides` sides through them (a multiple of 4), as CAD programs make them: no vertex that is not
/// on an edge of the part. Its genus is `drilled`.
pub fn plate(columns: usize, rows: usize, drilled: usize, sides: usize) -> Mesh {
    const HEIGHT: f64 = 0.3;
    const RADIUS: f64 = 0.3;
    let mut mesh = Mesh::default();
    let mut number: BTreeMap<[i64; 3], u32> = BTreeMap::new();
    let mut vertex = |mesh: &mut Mesh, p: [f64; 3]| {
        *number.entry(p.map(|x| (x * 1e9).round() as i64)).or_insert_with(|| {
            mesh.vertices.push(p);
            mesh.vertices.len() as u32 - 1
        })
    };
    let quarter = sides / 4;
    for cell in 0..columns * rows {
        let (i, j) = ((cell % columns) as f64, (cell / columns) as f64);
        let hole = |k: usize, z: f64| {
            let (sin, cos) = (TAU * (k % sides) as f64 / sides as f64 - 0.375 * TAU).sin_cos();
            [i + 0.5 + RADIUS * cos, j + 0.5 + RADIUS * sin, z]
        };
        for (z, up) in [(HEIGHT, true), (0.0, false)] {
            let corner =
                [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[a, b]| vertex(&mut mesh, [i + a, j + b, z]));
            let mut list = Vec::new();
            if cell < drilled {
                let ring: Vec<u32> = (0..sides).map(|k| vertex(&mut mesh, hole(k, z))).collect();
                for side in 0..4 {
                    let (a, b) = (corner[side], corner[(side + 1) % 4]);
                    let middle = side * quarter + quarter / 2;
                    for k in side * quarter..(side + 1) * quarter {
                        let next = ring[(k + 1) % sides];
                        list.push([if k < middle { a } else { b }, next, ring[k]]);
                        if k + 1 == middle {
                            list.push([a, b, next]);
                        }
                    }
                }
            } else {
                list.extend([[corner[0], corner[1], corner[2]], [corner[0], corner[2], corner[3]]]);
            }
            mesh.triangles.extend(list.into_iter().map(|[a, b, c]| if up { [a, b, c] } else { [a, c, b] }));
        }
        if cell < drilled {
            for k in 0..sides {
                let p = [hole(k, 0.0), hole(k + 1, 0.0), hole(k + 1, HEIGHT), hole(k, HEIGHT)];
                let [a, b, c, d] = p.map(|p| vertex(&mut mesh, p));
                mesh.triangles.extend([[a, c, b], [a, d, c]]);
            }
        }
    }
    let (w, h) = (columns, rows);
    let south = (0..w).map(|i| ([i, 0], [i + 1, 0])).chain((0..w).map(|i| ([i + 1, h], [i, h])));
    let sides = south.chain((0..h).map(|j| ([w, j], [w, j + 1]))).chain((0..h).map(|j| ([0, j + 1], [0, j])));
    for (p, q) in sides.collect::<Vec<_>>() {
        let at = |v: [usize; 2], z: f64| [v[0] as f64, v[1] as f64, z];
        let [a, b, c, d] = [at(p, 0.0), at(q, 0.0), at(q, HEIGHT), at(p, HEIGHT)].map(|p| vertex(&mut mesh, p));
        mesh.triangles.extend([[a, b, c], [a, c, d]]);
    }
    mesh
}
