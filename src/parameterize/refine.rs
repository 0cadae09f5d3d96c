//! Local refinement: least distortion from a valid embedding, by steps that never flip a triangle.

use super::chart::{Chart, NONE};
use super::check::crossings;
use super::contact::{Contacts, Pair};
use super::energy::{Reference, Weights};
use super::rim::Rim;
use super::system::{Local, System};
use super::watch::Watch;
use crate::domain::vector::{Vector2, side, twice_area};
use crate::exact::predicates::orient2d_sign;
use rayon::prelude::*;

/// Faces that one task looks at; fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1024;
/// Halvings of a step before it is given up.
const HALVINGS: usize = 40;
/// Gains under this share of the energy are none, and after so many steps without one a run ends.
const NO_GAIN: f64 = 1e-5;
const IDLE: usize = 4;
/// Weight of triangles that only fill holes, beside that of the surface's.
const FILLING: f64 = 0.01;
/// Weight of a contact, in angle terms of a mean triangle.
const CONTACT: f64 = 0.1;
/// The pattern of the linear system has room for what is nearer than this many times its reach.
const ROOMY: f64 = 3.0;
/// A step uses at most this share of the way to the first triangle that would become flat.
const ROOM: f64 = 0.9;

/// An embedding under refinement. Every triangle is counter-clockwise, exactly, before and after
/// each step.
pub(super) struct Refinement<'a> {
    chart: &'a Chart,
    pub uv: Vec<[f64; 2]>,
    /// Where the boundary slides; `None`: it is free.
    pub rim: Option<Rim>,
    unknowns: Vec<[u32; 2]>,
    count: usize,
    system: System,
    /// What keeps a free boundary off itself, and the pairs that the system has entries for.
    contacts: Option<Contacts<'a>>,
    paired: Vec<[u32; 3]>,
    references: Vec<Reference>,
    total: f64,
    /// Vertices that are drawn to places, and how strongly.
    landmarks: Vec<(u32, [f64; 2], f64)>,
}

/// A step that was found good.
struct Step {
    uv: Vec<[f64; 2]>,
    rim: Option<Rim>,
    energy: f64,
    /// Share of the Newton step.
    length: f64,
}

impl<'a> Refinement<'a> {
    /// Prepares; `None` if memory does not suffice for the linear systems.
    pub fn new(chart: &'a Chart, uv: Vec<[f64; 2]>, rim: Option<Rim>) -> Option<Refinement<'a>> {
        let mut unknowns = vec![[NONE; 2]; uv.len()];
        let mut count = 0;
        let mut next = || {
            count += 1;
            count - 1
        };
        for v in 0..uv.len() {
            unknowns[v] = match (&rim, chart.place[v]) {
                (None, _) | (_, NONE) => [next(), next()],
                (Some(rim), k) if !rim.fixed[k as usize] => [next(), NONE],
                _ => [NONE; 2],
            };
        }
        let system = System::new(&chart.triangles, &unknowns, count as usize)?;
        let mut all = Refinement {
            chart,
            uv,
            rim,
            unknowns,
            count: count as usize,
            system,
            contacts: None,
            paired: Vec::new(),
            references: Vec::new(),
            total: 0.0,
            landmarks: Vec::new(),
        };
        all.rescale();
        all.contacts = all.rim.is_none().then(|| Contacts::new(chart, all.total));
        Some(all)
    }

    /// Where the vertices are; all else goes.
    pub fn into_places(self) -> Vec<[f64; 2]> {
        self.uv
    }

    /// Draws vertices to places: adds `weight |p - place|^2` for each to the energy.
    pub fn draw_to(&mut self, landmarks: Vec<(u32, [f64; 2], f64)>) {
        self.landmarks = landmarks;
    }

    /// Shares are of the area there is now.
    fn rescale(&mut self) {
        let chart = self.chart;
        let total = self.area();
        let surface = chart.triangles.len() - chart.filling;
        let weight = |f: usize| if f < surface { chart.share[f] } else { FILLING * chart.share[f] };
        let one = |f: usize| Reference::new(chart.corners_in_space(f), chart.share[f] * total, weight(f));
        self.total = total;
        self.references = (0..chart.triangles.len()).into_par_iter().map(one).collect();
    }

    /// Area of all triangles in the plane.
    pub fn area(&self) -> f64 {
        let twice: f64 = (0..self.chart.triangles.len()).map(|f| twice_area(self.chart.corners(&self.uv, f))).sum();
        twice / 2.0
    }

    /// The energy of an embedding; infinite if a triangle is not positive.
    fn energy(&self, uv: &[[f64; 2]], w: Weights) -> f64 {
        let faces = self.chart.triangles.len();
        let chunk = |c: usize| -> f64 {
            let range = c * CHUNK..((c + 1) * CHUNK).min(faces);
            range.map(|f| self.references[f].value(self.chart.corners(uv, f), w)).sum()
        };
        let sums: Vec<f64> = (0..faces.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
        let drawn = self.landmarks.iter().map(|&(v, at, weight)| weight * side(at, uv[v as usize]).norm_squared());
        let apart = self.contacts.as_ref().map_or(0.0, |c| self.contact(w) * c.energy(uv));
        sums.iter().sum::<f64>() + drawn.sum::<f64>() + apart
    }

    /// Weight of a contact.
    fn contact(&self, w: Weights) -> f64 {
        CONTACT * w.angle / self.chart.triangles.len() as f64
    }

    /// What is near itself on a free outline; the system gets entries for it.
    fn pairs(&mut self) -> Option<Vec<Pair>> {
        let Some(contacts) = &self.contacts else { return Some(Vec::new()) };
        let near = contacts.near(&self.uv, 1.0);
        if !near.iter().all(|p| self.paired.binary_search(&p.corners).is_ok()) {
            self.paired = contacts.near(&self.uv, ROOMY).iter().map(|p| p.corners).collect();
            let all: Vec<[u32; 3]> = self.chart.triangles.iter().chain(&self.paired).copied().collect();
            self.system = System::new(&all, &self.unknowns, self.count)?;
        }
        Some(near)
    }

    /// Takes up to `most` Newton steps, fewer once a step changes the energy by less than the share
    /// `enough`, or once somebody asked to stop.
    /// Returns the steps taken.
    pub fn run(&mut self, w: Weights, most: usize, enough: f64, watch: &mut Watch<'_>) -> usize {
        let mut taken = 0;
        self.rescale();
        let mut energy = self.energy(&self.uv, w);
        let mut idle = 0;
        while taken < most && idle < IDLE && watch.goes_on() {
            let Some((direction, slope)) = self.direction(w) else { break };
            let Some(Step { uv, rim, energy: after, length: t }) = self.searched(&direction, slope, energy, w) else {
                break;
            };
            (self.uv, self.rim) = (uv, rim);
            taken += 1;
            let gain = energy - after;
            energy = after;
            if gain <= enough * energy && t > 0.5 {
                break;
            }
            idle = if gain <= NO_GAIN * energy { idle + 1 } else { 0 };
            let area = self.area();
            if self.rim.is_some() && (area / self.total - 1.0).abs() > 1e-12 {
                self.rescale();
                energy = self.energy(&self.uv, w);
            }
        }
        taken
    }

    /// Moves every vertex inside at random, by up to the share `most` of its shortest edge, less if
    /// a triangle would flip. On regular meshes the refinement can come to rest in a saddle:
    /// triangles that point up are too large all over, those that point down too small, and no
    /// first derivative tells.
    pub fn shake(&mut self, most: f64) {
        let chart = self.chart;
        let mut shortest = vec![f64::INFINITY; self.uv.len()];
        for t in &chart.triangles {
            for k in 0..3 {
                let (a, b) = (t[k] as usize, t[(k + 1) % 3] as usize);
                let d = side(self.uv[a], self.uv[b]);
                let d = d.x.hypot(d.y);
                shortest[a] = shortest[a].min(d);
                shortest[b] = shortest[b].min(d);
            }
        }
        for halvings in 0..HALVINGS {
            let reach = most * 0.5f64.powi(halvings as i32);
            let mut uv = self.uv.clone();
            for v in (0..uv.len()).filter(|&v| chart.place[v] == NONE) {
                for c in 0..2 {
                    uv[v][c] += reach * shortest[v] * noise(2 * v + c);
                }
            }
            if super::embed::flips(chart, &uv) == 0 {
                self.uv = uv;
                return;
            }
        }
    }

    /// The Newton direction, for every unknown, and the slope of the energy along it.
    fn direction(&mut self, w: Weights) -> Option<(Vec<f64>, f64)> {
        // All corners of a polygon, say.
        if self.count == 0 {
            return None;
        }
        let near = self.pairs()?;
        let (chart, uv, rim) = (self.chart, &self.uv, &self.rim);
        // Rows of a vertex's unknowns: identity, or the direction in which it slides.
        let slide: Vec<Option<(Vector2<f64>, Vector2<f64>)>> = match rim {
            None => vec![None; chart.outline.len()],
            Some(rim) => rim.at.iter().map(|&s| Some((rim.tangent(s), rim.bend(s)))).collect(),
        };
        let project = |f: usize| {
            let (g, mut h) = self.references[f].derivatives(chart.corners(uv, f), w);
            for (k, &v) in chart.triangles[f].iter().enumerate() {
                let place = chart.place[v as usize];
                if place == NONE {
                    continue;
                }
                let Some((t, _)) = slide[place as usize] else { continue };
                for row in &mut h {
                    row[2 * k] = row[2 * k] * t[0] + row[2 * k + 1] * t[1];
                }
                let (a, b) = (h[2 * k], h[2 * k + 1]);
                h[2 * k] = std::array::from_fn(|j| a[j] * t[0] + b[j] * t[1]);
            }
            (g, h)
        };
        self.system.clear();
        let mut force = vec![Vector2::zeros(); uv.len()];
        let faces = chart.triangles.len();
        // Blocks that fit the memory of a processor core, computed in parallel, added in order.
        const BLOCK: usize = 64 * CHUNK;
        let mut locals: Vec<([f64; 6], Local)> = Vec::new();
        for start in (0..faces).step_by(BLOCK) {
            let range = start..(start + BLOCK).min(faces);
            range.clone().into_par_iter().with_min_len(CHUNK).map(project).collect_into_vec(&mut locals);
            for (f, (g, h)) in range.zip(&locals) {
                for (k, &v) in chart.triangles[f].iter().enumerate() {
                    force[v as usize] += Vector2::new(g[2 * k], g[2 * k + 1]);
                }
                self.system.add(f, h);
            }
        }
        let contact = self.contact(w);
        for pair in &near {
            let (g, h) = pair.derivatives(uv);
            for (k, &v) in pair.corners.iter().enumerate() {
                force[v as usize] += Vector2::new(g[2 * k], g[2 * k + 1]) * contact;
            }
            if let Ok(at) = self.paired.binary_search(&pair.corners) {
                self.system.add(faces + at, &h.map(|row| row.map(|x| contact * x)));
            }
        }
        for &(v, at, weight) in &self.landmarks {
            let v = v as usize;
            force[v] += side(at, uv[v]) * (2.0 * weight);
            match (self.unknowns[v], chart.place[v]) {
                ([NONE, _], _) => {}
                ([i, NONE], k) => {
                    let along = slide[k as usize].map_or(0.0, |s| s.0.norm_squared());
                    self.system.add_diagonal(i as usize, 2.0 * weight * along);
                }
                ([i, j], _) => {
                    self.system.add_diagonal(i as usize, 2.0 * weight);
                    self.system.add_diagonal(j as usize, 2.0 * weight);
                }
            }
        }
        let mut gradient = vec![0.0; self.count];
        for v in 0..uv.len() {
            let [i, j] = self.unknowns[v];
            if i == NONE {
                continue;
            }
            if j != NONE {
                gradient[i as usize] = force[v][0];
                gradient[j as usize] = force[v][1];
            } else if let Some((t, bend)) = slide[chart.place[v] as usize] {
                gradient[i as usize] = force[v].dot(&t);
                let curved = force[v].dot(&bend);
                if curved > 0.0 {
                    self.system.add_diagonal(i as usize, curved);
                }
            }
        }
        let mut shift = 1e-11;
        let factor = loop {
            match self.system.factor(shift) {
                Some(factor) => break factor,
                None if shift < 1e-2 => shift *= 100.0,
                None => return None,
            }
        };
        let mut d: Vec<f64> = gradient.iter().map(|g| -g).collect();
        factor.solve(&mut d);
        let slope: f64 = d.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        (slope < 0.0 && d.iter().all(|x| x.is_finite())).then_some((d, slope))
    }

    /// A step along a direction that lowers the energy and leaves every triangle positive.
    fn searched(&self, direction: &[f64], slope: f64, energy: f64, w: Weights) -> Option<Step> {
        let chart = self.chart;
        let velocity = |v: usize| -> [f64; 2] {
            let [i, j] = self.unknowns[v];
            match (i, j, &self.rim) {
                (NONE, ..) => [0.0; 2],
                (i, NONE, Some(rim)) => (rim.tangent(rim.at[chart.place[v] as usize]) * direction[i as usize]).into(),
                (i, j, _) => [direction[i as usize], direction[j as usize]],
            }
        };
        let velocities: Vec<[f64; 2]> = (0..self.uv.len()).map(velocity).collect();
        let room = (0..chart.triangles.len())
            .map(|f| time_to_flat(chart.corners(&self.uv, f), chart.corners(&velocities, f)))
            .fold(f64::INFINITY, f64::min);
        let mut t = (ROOM * room).min(1.0);
        for _ in 0..HALVINGS {
            let (uv, rim) = self.moved(direction, &velocities, t);
            let after = self.energy(&uv, w);
            let positive = |f: usize| {
                let [a, b, c] = chart.corners(&uv, f);
                orient2d_sign(a, b, c) > 0
            };
            // A free boundary may come to touch itself, which no triangle tells.
            let simple = || {
                let outline: Vec<[f64; 2]> = chart.outline.iter().map(|&v| uv[v as usize]).collect();
                self.rim.is_some() || crossings(&[outline]) == 0
            };
            if after <= energy + 1e-4 * t * slope
                && simple()
                && (0..chart.triangles.len()).into_par_iter().with_min_len(CHUNK).all(positive)
            {
                return Some(Step { uv, rim, energy: after, length: t });
            }
            t *= 0.5;
        }
        None
    }

    fn moved(&self, direction: &[f64], velocities: &[[f64; 2]], t: f64) -> (Vec<[f64; 2]>, Option<Rim>) {
        let mut rim = self.rim.clone();
        let mut uv: Vec<[f64; 2]> =
            self.uv.iter().zip(velocities).map(|(p, d)| [p[0] + t * d[0], p[1] + t * d[1]]).collect();
        if let Some(rim) = &mut rim {
            for (k, &v) in self.chart.outline.iter().enumerate() {
                let i = self.unknowns[v as usize][0];
                if i != NONE {
                    rim.at[k] = rim.slid(rim.at[k], t * direction[i as usize]);
                }
                uv[v as usize] = rim.point(rim.at[k]);
            }
        }
        (uv, rim)
    }
}

/// A fixed number between -1 and 1 for each index (splitmix64 by Steele, Lea and Flood).
fn noise(index: usize) -> f64 {
    let mut z = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(52) - 1.0
}

/// The least positive time at which a triangle with moving corners has no area; infinite if there
/// is none.
fn time_to_flat([a, b, c]: [[f64; 2]; 3], [p, q, r]: [[f64; 2]; 3]) -> f64 {
    let (d, e) = (side(a, b), side(a, c));
    let (u, v) = (side(p, q), side(p, r));
    // Twice the area is c0 + c1 t + c2 t^2.
    let (c0, c1, c2) = (d.perp(&e), d.perp(&v) + u.perp(&e), u.perp(&v));
    let root = c1 * c1 - 4.0 * c0 * c2;
    if root < 0.0 {
        return f64::INFINITY;
    }
    // 2 c0 / (-c1 + sqrt): the smaller positive root, without cancellation.
    let denominator = -c1 + root.sqrt();
    if denominator > 0.0 { 2.0 * c0 / denominator } else { f64::INFINITY }
}
