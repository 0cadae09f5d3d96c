//! Sources on triangulated surfaces: the triangles that carry mass, with their densities.

use super::{Surface, SurfaceDensity};
use crate::exact::Dd;
use std::sync::Arc;

/// The triangles of a surface that carry mass.
#[derive(Clone, Debug, PartialEq)]
pub struct Facets {
    surface: Arc<Surface>,
    density: SurfaceDensity,
    names: Arc<[u32]>,
    used: Arc<[u32]>,
}

impl Facets {
    /// The facets of a sound source: triangles with an area and a density that is positive
    /// somewhere. Values that are missing from a density count as 0 ([`SurfaceDensity::validate`]
    /// names them). Cost: O(triangles).
    pub fn of(surface: &Arc<Surface>, density: &SurfaceDensity) -> Facets {
        let all =
            Facets { surface: surface.clone(), density: density.clone(), names: Arc::from([]), used: Arc::from([]) };
        let mut flat = surface.flat().iter().peekable();
        let solid = |name: &u32| {
            if flat.next_if_eq(&name).is_some() {
                return false;
            }
            all.rho_of(*name as usize).iter().any(|r| *r > 0.0)
        };
        let names: Arc<[u32]> = (0..surface.triangles().len() as u32).filter(solid).collect();
        let mut is_used = vec![false; surface.vertices().len()];
        for &name in names.iter() {
            surface.triangles()[name as usize].iter().for_each(|&v| is_used[v as usize] = true);
        }
        let used = (0..is_used.len() as u32).filter(|&v| is_used[v as usize]).collect();
        Facets { names, used, ..all }
    }

    /// The surface.
    pub fn surface(&self) -> &Arc<Surface> {
        &self.surface
    }

    /// Number of facets.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Does nothing carry mass?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What facet `k` is called: the index of its triangle in the surface.
    pub fn name(&self, k: u32) -> u32 {
        self.names[k as usize]
    }

    /// The facet that is triangle `face` of the surface, if that carries mass.
    pub fn number(&self, face: u32) -> Option<u32> {
        self.names.binary_search(&face).ok().map(|k| k as u32)
    }

    /// Vertices of the mesh that some facet uses, ascending.
    pub fn used(&self) -> &[u32] {
        &self.used
    }

    /// The vertices of facet `k`.
    pub fn vertices(&self, k: u32) -> [u32; 3] {
        self.surface.triangles()[self.names[k as usize] as usize]
    }

    /// Its corners.
    pub fn corners(&self, k: u32) -> [[f64; 3]; 3] {
        self.vertices(k).map(|v| self.surface.vertices()[v as usize])
    }

    /// Densities at its corners; the density is affine on the facet.
    pub fn rho(&self, k: u32) -> [f64; 3] {
        self.rho_of(self.names[k as usize] as usize)
    }

    fn rho_of(&self, face: usize) -> [f64; 3] {
        self.density.at(face, self.surface.triangles()[face])
    }

    /// The area of a facet, with a relative error below `2^-50`: edges and their products in
    /// double-double.
    pub fn area(&self, k: u32) -> f64 {
        let [u, v, w] = self.corners(k);
        let side = |a: &[f64; 3], b: &[f64; 3]| [0, 1, 2].map(|k| Dd::difference(b[k], a[k]));
        let (a, b) = (side(&u, &v), side(&u, &w));
        let normal = [(1, 2), (2, 0), (0, 1)].map(|(p, q)| (a[p] * b[q] - a[q] * b[p]).to_f64());
        // Scaled: squares of small normals must not vanish.
        let size = normal.iter().fold(0.0, |m: f64, n| m.max(n.abs()));
        if size == 0.0 || !size.is_finite() {
            return size;
        }
        let sum: f64 = normal.iter().map(|n| (n / size) * (n / size)).sum();
        0.5 * size * sum.sqrt()
    }

    /// The mass of a facet.
    pub fn mass(&self, k: u32) -> f64 {
        let r = self.rho(k);
        self.area(k) * ((r[0] + r[1] + r[2]) / 3.0)
    }

    /// The facets by the Morton code of their middles, so that neighbours come together. Cost: a
    /// sort.
    pub fn along_curve(&self) -> Vec<u32> {
        let (low, high) = self.surface.bounds();
        let size = (0..3).fold(0.0, |s: f64, k| s.max(high[k] - low[k]));
        let cells = if size > 0.0 { f64::from(1u32 << 20) / size } else { 0.0 };
        let spread = |x: u64| {
            // Two zeros after every bit, by halves.
            let x = (x | x << 32) & 0x1f_0000_0000_ffff;
            let x = (x | x << 16) & 0x1f_0000_ff00_00ff;
            let x = (x | x << 8) & 0x100f_00f0_0f00_f00f;
            let x = (x | x << 4) & 0x10c3_0c30_c30c_30c3;
            (x | x << 2) & 0x1249_2492_4924_9249
        };
        let code = |k: u32| {
            let c = self.corners(k);
            let axis = |a: usize| spread((((c[0][a] + c[1][a] + c[2][a]) / 3.0 - low[a]) * cells) as u64);
            axis(0) | axis(1) << 1 | axis(2) << 2
        };
        let mut order: Vec<(u64, u32)> = (0..self.len() as u32).map(|k| (code(k), k)).collect();
        order.sort_unstable();
        order.into_iter().map(|e| e.1).collect()
    }

    /// For every facet the number of its component, and how many there are: facets with a common
    /// edge belong together.
    pub fn components(&self) -> (Vec<u32>, usize) {
        let (all, count) = self.surface.components(self.names.iter().copied());
        (self.names.iter().map(|&f| all[f as usize]).collect(), count)
    }
}
