//! The highest sites at points and at their reflections: sixteen points for little more than the
//! work of one.
//!
//! A cube, a ball and the standard normal law are the same after any coordinates have been
//! reflected about the center. Let the coordinates form four blocks. The values at a point and at
//! the fifteen that arise by reflecting blocks are `h + <c, y> +- s_0 +- s_1 +- s_2 +- s_3` with
//! the products `s_b` of a block, so of `d` products and 24 additions a site all sixteen are made.
//! Each of the points has the law of the source. They depend on each other: what they are worth
//! together is measured (`latent/reflections.rs`).

use super::simd::{BLOCKS, REFLECTIONS};
use super::sites::{Dense, DenseError, finite};
use super::stages::{BLOCK, Work};
use crate::exact::{Counters, Heights};

/// The least number of coordinates: one a block.
pub(crate) const LEAST_DIMENSION: usize = BLOCKS;

/// Sites laid out for points and their reflections.
#[derive(Clone, Debug)]
pub(crate) struct Reflected {
    /// About the center, with coordinates in the order of blocks.
    dense: Dense,
    order: Vec<usize>,
    ends: [usize; BLOCKS],
}

impl Reflected {
    /// Lays out sites; a point has [`LEAST_DIMENSION`] coordinates or more, all of which are
    /// reflected about one number. `weights` of coordinates are shared out evenly among the blocks.
    ///
    /// # Errors
    /// Those of [`Dense::new`].
    pub fn new(
        dimension: usize,
        sites: &[f64],
        heights: &Heights,
        center: f64,
        weights: &[f64],
    ) -> Result<Reflected, DenseError> {
        if dimension < LEAST_DIMENSION {
            return Err(DenseError::Dimension { dimension });
        }
        let (order, ends) = shared_out(weights);
        let moved: Vec<f64> = sites.chunks_exact(dimension).flat_map(|y| order.iter().map(|&k| y[k])).collect();
        let dense = Dense::new(dimension, &moved, heights)?.about(center);
        Ok(Reflected { dense, order, ends })
    }

    /// The highest sites at each point and its reflections, [`REFLECTIONS`] a point, exactly, as
    /// [`Dense::cells_of`] says. A reflected coordinate is `c - (x - c)` in doubles. Cost: `2 d`
    /// and about 120 operations in single precision a site, for all reflections of a point
    /// together; on this thread.
    ///
    /// # Errors
    /// Those of [`Dense::cells_of`].
    pub fn cells_of(&self, points: &[f64]) -> Result<(Vec<u32>, Counters), DenseError> {
        let d = self.order.len();
        if !points.len().is_multiple_of(d) {
            let expected = points.len().next_multiple_of(d);
            return Err(DenseError::Length { what: "points", found: points.len(), expected });
        }
        finite("points", points, d)?;
        let mut cells = vec![0; points.len() / d * REFLECTIONS];
        let mut work = Work::new(&self.dense);
        let mut moved = Vec::new();
        let at_once = BLOCK / REFLECTIONS;
        for (cells, points) in cells.chunks_mut(BLOCK).zip(points.chunks(at_once * d)) {
            moved.clear();
            moved.extend(points.chunks_exact(d).flat_map(|x| self.order.iter().map(|&k| x[k])));
            work.block(&self.dense, &moved, Some(&self.ends), cells);
        }
        Ok((cells, work.counters))
    }
}

/// Coordinates block after block, and where each ends: the heaviest first, each to the block that
/// has least until now.
fn shared_out(weights: &[f64]) -> (Vec<usize>, [usize; BLOCKS]) {
    let mut heaviest: Vec<usize> = (0..weights.len()).collect();
    heaviest.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let mut blocks: [(f64, Vec<usize>); BLOCKS] = Default::default();
    for k in heaviest {
        let least = |m: usize, b: usize| {
            let ((v, list), (w, other)) = (&blocks[b], &blocks[m]);
            if v.total_cmp(w).then(list.len().cmp(&other.len())).is_lt() { b } else { m }
        };
        let to = (1..BLOCKS).fold(0, least);
        blocks[to].0 += weights[k];
        blocks[to].1.push(k);
    }
    let mut order = Vec::new();
    let ends = blocks.map(|(_, mut list)| {
        list.sort_unstable();
        order.append(&mut list);
        order.len()
    });
    (order, ends)
}

#[cfg(test)]
mod tests {
    use super::super::simd::Instructions;
    use super::*;

    /// Numbers of few bits, so that many points tie, and others; all instructions; cells are those
    /// that a search at each reflected point finds.
    #[test]
    fn cells_are_those_of_the_reflected_points() {
        let mut state = 7u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f64 / (1u64 << 24) as f64
        };
        let mut ties = 0;
        for (d, n, center, coarse) in
            [(4, 5, 0.0, true), (5, 97, 0.5, true), (7, 300, 0.0, false), (16, 500, 0.5, false), (37, 200, 0.0, false)]
        {
            let number = |v: f64| if coarse { (v * 4.0).floor() / 4.0 } else { v };
            let sites: Vec<f64> = (0..n * d).map(|_| number(draw()) - 0.5).collect();
            let heights: Vec<f64> = sites
                .chunks(d)
                .map(|y| number(draw()) * 0.25 - 0.5 * y.iter().map(|v| v * (v + 2.0 * center)).sum::<f64>())
                .collect();
            let heights = Heights::from_f64(&heights);
            let points: Vec<f64> = (0..37 * d).map(|_| number(draw()) - 0.5 + center).collect();
            let weights: Vec<f64> = (0..d).map(|_| draw()).collect();
            let mut reflected = Reflected::new(d, &sites, &heights, center, &weights).unwrap();
            let dense = Dense::new(d, &sites, &heights).unwrap();
            let mut all = Vec::new();
            for x in points.chunks(d) {
                for q in 0..REFLECTIONS {
                    let mut y = x.to_vec();
                    for (b, end) in reflected.ends.into_iter().enumerate() {
                        let begin = if b == 0 { 0 } else { reflected.ends[b - 1] };
                        assert!(end > begin, "an empty block");
                        if q >> b & 1 == 1 {
                            reflected.order[begin..end].iter().for_each(|&k| y[k] = 2.0 * center - y[k]);
                        }
                    }
                    all.append(&mut y);
                }
            }
            let expected = dense.cells_of(&all).unwrap().0;
            assert!(expected.iter().any(|c| *c != expected[0]));
            for set in Instructions::all() {
                reflected.dense.instructions = set;
                let (cells, counters) = reflected.cells_of(&points).unwrap();
                assert_eq!(cells, expected, "{d} {n} {}", set.name());
                assert_eq!(counters.calls, 37 * REFLECTIONS as u64);
                assert!(coarse || counters.exact_zeros == 0, "{d} {n} {counters:?}");
                ties += counters.exact_zeros;
            }
        }
        assert!(ties > 0);
    }

    #[test]
    fn weights_are_shared_out() {
        let weights = [1.0, 8.0, 1.0, 2.0, 4.0, 2.0, 4.0, 2.0];
        let (order, ends) = shared_out(&weights);
        let begins = [0, ends[0], ends[1], ends[2]];
        let sums = [0, 1, 2, 3].map(|b| order[begins[b]..ends[b]].iter().map(|&k| weights[k]).sum::<f64>());
        assert_eq!(sums, [8.0, 6.0, 5.0, 5.0]);
        let (order, ends) = shared_out(&[0.0; 6]);
        assert_eq!((order.len(), ends[3]), (6, 6));
        assert!(ends[0] > 0 && ends.windows(2).all(|e| e[0] < e[1]));
    }

    #[test]
    fn wrong_input_is_told() {
        let h = Heights::zeros(2);
        assert!(Reflected::new(3, &[0.0; 6], &h, 0.0, &[1.0; 3]).is_err());
        let of = Reflected::new(4, &[0.0; 8], &h, 0.0, &[1.0; 4]).unwrap();
        assert!(of.cells_of(&[0.0; 5]).is_err() && of.cells_of(&[f64::NAN; 4]).is_err());
        assert_eq!(of.cells_of(&[]).unwrap().0, Vec::<u32>::new());
    }
}
