//! How heights are moved by what points say of the masses: along the walls, and not too far.
//!
//! With the matrix `L` of walls the step is `L^+ (nu - m)`. A cell that lacks most of its mass has
//! walls as small as it is itself, and the linear step is far too long: where the mass grows like
//! `exp(h / e)`, as it does in many dimensions, `h` must rise by `e log(nu / m)`, but `(nu - m) /
//! K` is `e (nu / m - 1)`. Cells that no sample met have no walls at all. One of them, raised by a
//! thousand times what is right, takes the mass of all.
//!
//! So a cell of mass `m` and walls `K` in all gets at least the walls `nu / (4 e)`, `e = m / K`:
//! its step is then at most `4 e`. No such `e` is greater than the median gap between the two
//! highest values at a point, about `log 2 / sum K` over all cells: as many points have a gap below
//! `d` as lie within `d / 2` of a wall, by values. (That of a cell which samples hardly met may be
//! anything. Where it ought to be greater, `raise.rs` does more.) What is missing leads to a hub,
//! and the other cells lead there in proportion to their walls, [`SPREAD`] times as much in all, so
//! that it hardly moves. Where every cell has a fair part of its mass there is no hub, and the step
//! is Newton's.
//!
//! A cell that hangs on a hub does not move as its neighbours do; in a tight mode it is left
//! behind, or swallowed. Where samples say as much as four points a code there is none: cells that
//! surely lack mass have been raised before (`solve.rs`), and the walls of those that lack it still
//! are taken `nu / (4 m)` times as large.

use super::estimate::{Estimate, laplacian};
use super::stage::{direction, heaviest};
use crate::newton::linear::Laplacian;

/// No cell that lacks mass moves farther than this many of its gaps.
const FAR: f64 = 4.0;

/// The walls of the hub to the other cells, over those to cells that lack mass.
const SPREAD: f64 = 3.0;

/// Points a code that tell where cells are and what walls they have.
const SEEN: f64 = 4.0;

/// Accuracy of a step.
const ACCURACY: f64 = 1e-3;

/// A matrix for steps.
#[derive(Clone, Debug)]
pub(super) struct Strides {
    /// That of the walls.
    pub walls: Laplacian,
    /// That of steps, if cells lack mass; maybe with a hub as its last row.
    longer: Option<Laplacian>,
}

impl Strides {
    /// From the walls and masses that were seen, the matrix of these walls, which may have weak
    /// ones beside them, and the masses that are wanted.
    pub(super) fn new(seen: &Estimate, walls: Laplacian, target: &[f64]) -> Strides {
        let (n, masses) = (target.len(), &seen.masses);
        let low = |i: usize| FAR * masses[i] < target[i];
        // So many points say as much as what was seen.
        let points = (n as f64 - 1.0) / seen.noise.max(1e-300);
        if points >= SEEN * n as f64 && (0..n).any(low) {
            let factor = |i: u32| {
                let i = i as usize;
                if low(i) && masses[i] > 0.0 { target[i] / (FAR * masses[i]) } else { 1.0 }
            };
            let more: Vec<(u32, u32, f64)> =
                seen.walls.iter().map(|&(i, j, k)| (i, j, k * factor(i).max(factor(j)))).collect();
            return Strides { longer: Some(laplacian(n, &more, heaviest(target))), walls };
        }
        let mut own = vec![0.0; n];
        for &(i, j, k) in &seen.walls {
            own[i as usize] += k;
            own[j as usize] += k;
        }
        let gap = std::f64::consts::LN_2 / own.iter().sum::<f64>();
        let missing = |i: usize| {
            if !low(i) {
                return 0.0;
            }
            let e = if masses[i] > 0.0 && own[i] > 0.0 { gap.min(masses[i] / own[i]) } else { gap };
            (target[i] / (FAR * e) - own[i]).max(0.0)
        };
        let mut spokes: Vec<f64> = (0..n).map(missing).collect();
        let lacking: f64 = spokes.iter().sum();
        let others: f64 = (0..n).filter(|i| spokes[*i] == 0.0).map(|i| own[i]).sum();
        if !(lacking > 0.0 && others > 0.0) {
            return Strides { walls, longer: None };
        }
        let share = (SPREAD * lacking / others).min(1.0);
        spokes.iter_mut().zip(&own).filter(|(s, _)| **s == 0.0).for_each(|(s, own)| *s = share * own);
        let mut matrix = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
        for (i, &spoke) in spokes.iter().enumerate() {
            let (col, weight) = walls.row(i);
            matrix.col.extend(col);
            matrix.weight.extend(weight);
            if spoke > 0.0 {
                matrix.col.push(n as u32);
                matrix.weight.push(spoke);
            }
            matrix.row_ptr.push(matrix.col.len() as u32);
        }
        for (i, spoke) in spokes.into_iter().enumerate().filter(|s| s.1 > 0.0) {
            matrix.col.push(i as u32);
            matrix.weight.push(spoke);
        }
        matrix.row_ptr.push(matrix.col.len() as u32);
        Strides { walls, longer: Some(matrix) }
    }

    /// Did cells lack most of their mass?
    pub(super) fn is_wanting(&self) -> bool {
        self.longer.is_some()
    }

    /// The step for masses that are off by so much, of sum 0.
    pub(super) fn step(&self, mut off: Vec<f64>) -> Vec<f64> {
        let n = off.len();
        let matrix = self.longer.as_ref().unwrap_or(&self.walls);
        off.resize(matrix.row_ptr.len() - 1, 0.0);
        let mut step = direction(matrix, off, ACCURACY);
        step.truncate(n);
        step
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::laplacian;
    use super::*;

    /// A ring of cells of which all is well: Newton's step. One of them without mass: it is raised
    /// by some gaps, and the others stay where they are.
    #[test]
    fn cells_without_mass_are_raised_a_little() {
        let n = 20;
        let target = vec![1.0 / n as f64; n];
        let gap = 0.1;
        let wall = 0.5 * std::f64::consts::LN_2 / n as f64 / gap;
        let ring: Vec<(u32, u32, f64)> =
            (0..n as u32).map(|i| (i.min((i + 1) % 20), i.max((i + 1) % 20), wall)).collect();
        let l = laplacian(n, &ring, 0);
        let mut off = vec![0.0; n];
        (off[3], off[9]) = (0.01, -0.01);
        let saw = |masses: &[f64], walls: &[(u32, u32, f64)]| Estimate {
            masses: masses.to_vec(),
            value: 0.0,
            noise: 1.0,
            walls: walls.to_vec(),
        };
        let plain = Strides::new(&saw(&target, &ring), l.clone(), &target);
        assert!(!plain.is_wanting());
        assert_eq!(plain.step(off.clone()), direction(&l, off, 1e-3));
        // Nobody met cell 7, and its walls are seen far out.
        let mut masses = target.clone();
        masses[7] = 1e-12;
        let far: Vec<(u32, u32, f64)> =
            ring.iter().map(|&(i, j, k)| (i, j, if i == 7 || j == 7 { 1e-11 * k } else { k })).collect();
        let none = ring.iter().copied().filter(|w| w.0 != 7 && w.1 != 7).collect();
        for walls in [far, none] {
            let l = laplacian(n, &walls, 0);
            let off: Vec<f64> = (0..n).map(|i| target[i] - if i == 7 { 0.0 } else { 1.0 / (n - 1) as f64 }).collect();
            let newton = direction(&l, off.clone(), 1e-3);
            let step = Strides::new(&saw(&masses, &walls), l, &target).step(off);
            let middle = step.iter().sum::<f64>() / n as f64;
            assert!(newton[7] - newton[0] > 100.0 * gap, "{}", newton[7] - newton[0]);
            assert!(step[7] - middle > gap && step[7] - middle < 20.0 * gap, "{step:?}");
            assert!((0..n).filter(|i| *i != 7).all(|i| (step[i] - middle).abs() < 2.0 * gap), "{step:?}");
        }
    }

    /// Where samples say much there is no hub: a cell with a fortieth of its mass, whose walls are
    /// seen, moves by four of its gaps where Newton's step is 39.
    #[test]
    fn cells_that_are_seen_hang_on_their_own_walls() {
        let n = 20;
        let target = vec![1.0 / n as f64; n];
        let wall = |i: usize| if i == 7 || i == 6 { 1.0 / 40.0 } else { 1.0 };
        let ring: Vec<(u32, u32, f64)> =
            (0..n).map(|i| (i.min((i + 1) % n) as u32, i.max((i + 1) % n) as u32, wall(i))).collect();
        let mut masses = target.clone();
        masses[7] /= 40.0;
        let gap = masses[7] / (2.0 / 40.0);
        let off: Vec<f64> = (0..n).map(|i| if i == 7 { 39.0 / 800.0 } else { -39.0 / 800.0 / 19.0 }).collect();
        let seen = Estimate { masses, value: 0.0, noise: 1e-3, walls: ring.clone() };
        let strides = Strides::new(&seen, laplacian(n, &ring, 0), &target);
        assert!(strides.is_wanting());
        let above = |step: &[f64]| step[7] - 0.5 * (step[6] + step[8]);
        let (newton, step) = (direction(&strides.walls, off.clone(), 1e-6), strides.step(off));
        assert_eq!(step.len(), n);
        assert!((above(&newton) / gap - 39.0).abs() < 0.1, "{}", above(&newton) / gap);
        assert!((above(&step) / gap - 3.9).abs() < 0.1, "{}", above(&step) / gap);
    }
}
