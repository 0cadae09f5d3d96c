//! What samples say of the cells at given heights: masses, the dual's value, walls. Sums are of
//! integers, so they do not depend on the order.

use super::fixed;
use crate::newton::linear::Laplacian;
use rayon::prelude::*;

/// A wall that was met: its two cells as one number, the lower one in front, and the density there
/// as a share of the greatest.
pub(super) type Meeting = (u64, u64);

/// The number of a wall.
pub(super) fn wall(i: u32, j: u32) -> u64 {
    u64::from(i.min(j)) << 32 | u64::from(i.max(j))
}

/// The cells of a wall.
pub(super) fn cells(wall: u64) -> (u32, u32) {
    ((wall >> 32) as u32, wall as u32)
}

/// Sums over samples, in fixed point.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub masses: Vec<u64>,
    /// Of the largest value.
    pub value: i128,
    /// Of `sum_i m_i^2 / nu_i`, where `m` is what one sample says of the masses.
    pub squares: i128,
    /// Sorted, each wall once.
    pub walls: Vec<Meeting>,
}

impl Sums {
    pub(super) fn of(n: usize) -> Sums {
        Sums { masses: vec![0; n], ..Sums::default() }
    }

    /// The sum of both.
    pub(super) fn merged(mut self, other: Sums) -> Sums {
        self.masses = fixed::merged(self.masses, other.masses);
        self.value += other.value;
        self.squares += other.squares;
        self.walls.extend(other.walls);
        self
    }

    /// Sorts the walls and adds up those that are equal.
    pub(super) fn settled(mut self) -> Sums {
        self.walls.par_sort_unstable();
        self.walls.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        self
    }
}

/// What samples say.
#[derive(Clone, Debug)]
pub(super) struct Estimate {
    pub masses: Vec<f64>,
    /// Mean of the largest value.
    pub value: f64,
    /// What chance alone makes of `sum (m - nu)^2 / nu`, where `m = nu`.
    pub noise: f64,
    /// Walls `(i, j, K)` with `K = -dm_i/dh_j`, sorted.
    pub walls: Vec<(u32, u32, f64)>,
}

impl Estimate {
    /// The means; `weigh` gives the factor of a wall by its cells.
    pub(super) fn of(sums: Sums, count: u64, weigh: impl Fn(u32, u32) -> f64) -> Estimate {
        let by = 1.0 / count as f64;
        let walls = sums.walls.iter().filter(|w| w.1 > 0).map(|&(wall, sum)| {
            let (i, j) = cells(wall);
            (i, j, fixed::of_shares(sum) * by * weigh(i, j))
        });
        Estimate {
            masses: sums.masses.iter().map(|&m| fixed::of_shares(m) * by).collect(),
            value: fixed::of_values(sums.value) * by,
            noise: ((fixed::of_values(sums.squares) * by - 1.0) * by).max(0.0),
            walls: walls.filter(|w| w.2 > 0.0 && w.2.is_finite()).collect(),
        }
    }

    /// `sum (m - nu)^2 / nu`.
    pub(super) fn distance(&self, target: &[f64]) -> f64 {
        self.masses.iter().zip(target).map(|(m, nu)| (m - nu) * (m - nu) / nu).sum()
    }
}

/// The matrix of walls, each with its lower cell in front; some may appear twice. Where it falls
/// apart, weak edges to the heaviest code of all join its parts, so that masses can flow: a
/// thousandth of the mean diagonal each.
pub(super) fn laplacian(n: usize, walls: &[(u32, u32, f64)], heaviest: u32) -> Laplacian {
    let total: f64 = walls.iter().map(|w| 2.0 * w.2).sum();
    let weak = if total > 0.0 { 1e-3 * total / n as f64 } else { 1.0 };
    let part = parts(n, walls);
    let mut edges = walls.to_vec();
    if part.iter().any(|p| *p != part[0]) {
        edges.extend((0..n as u32).filter(|i| *i != heaviest).map(|i| (i.min(heaviest), i.max(heaviest), weak)));
    }
    // Stable, so that what is added up is added in one order.
    edges.sort_by_key(|e| (e.0, e.1));
    edges.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    let mut row_ptr = vec![0u32; n + 1];
    for &(i, j, _) in &edges {
        row_ptr[i as usize + 1] += 1;
        row_ptr[j as usize + 1] += 1;
    }
    (0..n).for_each(|i| row_ptr[i + 1] += row_ptr[i]);
    let mut next = row_ptr.clone();
    let (mut col, mut weight) = (vec![0; 2 * edges.len()], vec![0.0; 2 * edges.len()]);
    let mut put = |row: u32, c: u32, w: f64| {
        let at = &mut next[row as usize];
        (col[*at as usize], weight[*at as usize]) = (c, w);
        *at += 1;
    };
    // Edges are sorted: so are the columns before the diagonal, and then those behind it.
    edges.iter().for_each(|&(i, j, w)| put(j, i, w));
    edges.iter().for_each(|&(i, j, w)| put(i, j, w));
    Laplacian { row_ptr, col, weight }
}

/// A name for the part of the graph that each cell lies in.
pub(super) fn parts(n: usize, walls: &[(u32, u32, f64)]) -> Vec<u32> {
    let mut above: Vec<u32> = (0..n as u32).collect();
    fn top(above: &mut [u32], mut i: u32) -> u32 {
        while above[i as usize] != i {
            above[i as usize] = above[above[i as usize] as usize];
            i = above[i as usize];
        }
        i
    }
    for &(i, j, _) in walls {
        let (a, b) = (top(&mut above, i), top(&mut above, j));
        // The lower one names both, so that names depend on the parts alone.
        above[a.max(b) as usize] = a.min(b);
    }
    (0..n as u32).map(|i| top(&mut above, i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walls_add_up_and_parts_are_joined() {
        let mut sums = Sums::of(3);
        sums.walls = vec![(wall(2, 1), 5), (wall(0, 1), 1), (wall(1, 2), 7)];
        let sums = sums.settled();
        assert_eq!(sums.walls, [(wall(0, 1), 1), (wall(1, 2), 12)]);
        let l = laplacian(4, &[(0, 1, 2.0), (2, 3, 4.0)], 3);
        assert_eq!(parts(4, &[(0, 1, 2.0), (2, 3, 4.0)]), [0, 0, 2, 2]);
        assert_eq!(l.row(0), (&[1, 3][..], &[2.0, 3e-3][..]));
        assert_eq!(l.row(3).0, [0, 1, 2]);
        // Twice the same, and an edge beside the weak one that joins the parts.
        let l = laplacian(4, &[(1, 2, 1.0), (0, 1, 2.0), (1, 2, 0.5)], 1);
        assert_eq!((l.row(0), l.row(2)), ((&[1][..], &[2.0 + 1.75e-3][..]), (&[1][..], &[1.5 + 1.75e-3][..])));
        assert_eq!(l.row(1).0, [0, 2, 3]);
    }
}
