//! Raising cells that lack mass: to where they win some of the points of a sample.
//!
//! At a point `x` a cell is below the highest value by a gap; raised by its `k`-th least gap over a
//! sample it has `k` points there, whatever the scale of its neighbourhood is. Newton's step knows
//! nothing of such cells: their walls are as small as they are themselves.

use super::counts::search;
use super::draw::Use;
use super::error::LatentError;
use super::units::Units;
use rayon::prelude::*;

/// Gaps of a cell that are kept: it is raised over so many points at most.
const KEPT: usize = 8;

/// Points that are taken together.
const CHUNK: u64 = 256;

/// Points that a cell should have had before it is said to lack mass: of a cell of the right mass
/// less than a fourth of them is seen once in 10,000 times, and rarer if it should have more.
const SURE: f64 = 16.0;

/// The cells that have less than a fourth of the points that they should have.
pub(super) fn lacking(counts: &[f64], target: &[f64]) -> Vec<u32> {
    let points = counts.iter().sum::<f64>();
    let few = |(&seen, nu): (&f64, &f64)| points * nu >= SURE && 4.0 * seen < points * nu;
    let all = (0..counts.len() as u32).zip(counts.iter().zip(target));
    all.filter(|c| few(c.1)).map(|c| c.0).collect()
}

/// The lists joined, of each the least numbers.
fn least(mut a: Vec<Vec<f64>>, b: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    if a.is_empty() {
        return b;
    }
    for (a, b) in a.iter_mut().zip(b) {
        a.extend(b);
        a.sort_by(f64::total_cmp);
        a.truncate(KEPT);
    }
    a
}

/// Raises these cells over as many of the points `first .. first + count` as make half of their
/// mass, at least one and at most [`KEPT`]. Cost: that of finding the cells of the points, and
/// O(count times these cells times coordinates), parallel.
///
/// # Errors
/// What a sampler does wrong.
pub(super) fn raise(
    units: &Units,
    first: u64,
    count: u64,
    heights: &mut [f64],
    these: &[u32],
) -> Result<(), LatentError> {
    let (d, dense) = (units.dimension, search(units, heights)?);
    let now = &*heights;
    let value = |x: &[f64], i: u32| {
        let i = i as usize;
        now[i] + x.iter().zip(&units.codes[i * d..(i + 1) * d]).map(|(x, z)| x * z).sum::<f64>()
    };
    let chunks: Vec<u64> = (0..count.div_ceil(CHUNK)).collect();
    let gaps = chunks.into_par_iter().map(|chunk| -> Result<Vec<Vec<f64>>, LatentError> {
        let begin = first + chunk * CHUNK;
        let mut points = vec![0.0; CHUNK.min(first + count - begin) as usize * d];
        units.drawer.fill(Use::Learn, begin, &mut points)?;
        let cells = dense.cells_of(&points).map_err(|e| LatentError::State(e.to_string()))?.0;
        let mut gaps = vec![Vec::new(); these.len()];
        for (x, cell) in points.chunks_exact(d).zip(cells) {
            let top = value(x, cell);
            for (gaps, &i) in gaps.iter_mut().zip(these) {
                let gap = top - value(x, i);
                let at = gaps.partition_point(|g: &f64| *g < gap);
                if at < KEPT {
                    gaps.insert(at, gap);
                    gaps.truncate(KEPT);
                }
            }
        }
        Ok(gaps)
    });
    let gaps = gaps.try_reduce(Vec::new, |a, b| Ok(least(a, b)))?;
    for (&i, gaps) in these.iter().zip(gaps) {
        let wanted = (0.5 * units.masses[i as usize] * count as f64).ceil() as usize;
        let over = wanted.clamp(1, gaps.len().max(1)) - 1;
        if let Some(gap) = gaps.get(over) {
            // A little more, so that it shows.
            heights[i as usize] += gap.max(0.0) * (1.0 + 1e-3) + 1e-9;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::counts::count;
    use super::super::source::Source;
    use super::*;

    /// A cell below six others of the same mass, by little or by much: it is found by its points,
    /// and has eight of them when it is raised.
    #[test]
    fn low_cells_are_found_and_raised() {
        let rows: Vec<f64> = (0..18).map(|k| if k % 3 == k / 6 { [1.0, -1.0][k / 3 % 2] } else { 0.0 }).collect();
        let codes = Codes::new(3, rows, None).unwrap();
        let units = Units::new(&codes, &Source::Gaussian(vec![0.0; 3], 1.0), 1).unwrap();
        let points = 20_000;
        let counted = |h: &[f64]| -> Vec<f64> {
            count(&units, h, Use::Learn, 0, points, false).unwrap().cells.iter().map(|&c| c as f64).collect()
        };
        for depth in [3.0, 40.0] {
            let mut heights = vec![0.0; 6];
            heights[2] -= depth;
            let low = lacking(&counted(&heights), &units.masses);
            assert_eq!(low, [2]);
            raise(&units, 0, points, &mut heights, &low).unwrap();
            let now = counted(&heights);
            assert!((8.0..12.0).contains(&now[2]), "{depth} {now:?}");
            assert!(heights.iter().enumerate().all(|(i, h)| i == 2 || *h == 0.0));
        }
        assert!(lacking(&counted(&[0.0; 6]), &units.masses).is_empty());
        // Few points say nothing.
        assert!(lacking(&[0.0, 3.0, 3.0, 3.0, 3.0, 3.0], &units.masses).is_empty());
    }
}
