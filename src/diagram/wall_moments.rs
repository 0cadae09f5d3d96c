//! Walls with their moments: what derivatives of cells need to know of the geometry.
//!
//! Where heights and sites move, the wall between cells `i` and `j` moves at its point `x` by
//! `(dh_i - dh_j + <x, dy_i - dy_j>) / |P(y_i - y_j)|`, `P` the projection onto the source's
//! tangent there. So all that enters derivatives of masses and centroids are the moments of the
//! wall of order 0, 1 and 2, with the weight `rho / |P(y_i - y_j)|` (docs/theory/gradients.md).

/// A wall between two cells, and its moments.
#[derive(Clone, Debug, PartialEq)]
pub struct WallMoments<const D: usize> {
    /// The sites of the two cells, the lower one first.
    pub sites: [u32; 2],
    /// `K_ij = int_wall rho / |P(y_i - y_j)|`, twice the entry of the Hessian.
    pub weight: f64,
    /// The mean of the points of the wall under that weight.
    pub mean: [f64; D],
    /// Their covariance.
    pub spread: [[f64; D]; D],
}

/// Nodes and weights of Gauss's rule of three points on `[0, 1]`, exact up to degree 5: a density
/// of degree 2 times a square.
const NODES: [(f64, f64); 3] =
    [(0.112_701_665_379_258_31, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)];

impl<const D: usize> WallMoments<D> {
    /// A straight piece of a wall; `weight` per length at a share of the way from `a` to `b`.
    pub(super) fn of_segment(sites: [u32; 2], a: &[f64; D], b: &[f64; D], weight: impl Fn(f64) -> f64) -> Self {
        let side: [f64; D] = std::array::from_fn(|k| b[k] - a[k]);
        let length = side.iter().map(|s| s * s).sum::<f64>().sqrt();
        let parts = NODES.map(|(t, share)| (t, length * share * weight(t)));
        let total: f64 = parts.iter().map(|p| p.1).sum();
        if !(total > 0.0) {
            return WallMoments { sites, weight: 0.0, mean: *a, spread: [[0.0; D]; D] };
        }
        let middle = parts.iter().map(|p| p.0 * p.1).sum::<f64>() / total;
        let variance = parts.iter().map(|p| (p.0 - middle) * (p.0 - middle) * p.1).sum::<f64>() / total;
        let mean = std::array::from_fn(|k| a[k] + middle * side[k]);
        let spread = std::array::from_fn(|k| std::array::from_fn(|l| variance * side[k] * side[l]));
        WallMoments { sites, weight: total, mean, spread }
    }

    /// Another piece of the same wall (parallel axes).
    fn add(&mut self, other: &Self) {
        let total = self.weight + other.weight;
        let share = other.weight / total;
        let apart: [f64; D] = std::array::from_fn(|k| other.mean[k] - self.mean[k]);
        for k in 0..D {
            for l in 0..D {
                let between = share * (1.0 - share) * apart[k] * apart[l];
                self.spread[k][l] = (1.0 - share) * self.spread[k][l] + share * other.spread[k][l] + between;
            }
        }
        (0..D).for_each(|k| self.mean[k] += share * apart[k]);
        self.weight = total;
    }
}

/// One entry a wall, sorted, from its pieces, which are added up in their order. Those without
/// weight are left out.
pub(super) fn merged<const D: usize>(mut pieces: Vec<WallMoments<D>>) -> Vec<WallMoments<D>> {
    pieces.retain(|piece| piece.weight > 0.0);
    pieces.sort_by_key(|piece| piece.sites);
    let mut walls: Vec<WallMoments<D>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match walls.last_mut().filter(|wall| wall.sites == piece.sites) {
            Some(wall) => wall.add(&piece),
            None => walls.push(piece),
        }
    }
    walls
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece cut in two is the same wall; moments of `rho = t^2` on a segment are in closed form.
    #[test]
    fn pieces_add_up() {
        let (a, b) = ([1.0, 2.0], [4.0, 6.0]);
        let whole = WallMoments::of_segment([0, 1], &a, &b, |t| t * t);
        assert!((whole.weight - 5.0 / 3.0).abs() < 1e-14);
        assert!((whole.mean[0] - (1.0 + 0.75 * 3.0)).abs() < 1e-14);
        // int t^4 - (3/4)^2 int t^2 = 1/5 - 3/16, over 1/3.
        assert!((whole.spread[0][1] - 12.0 * 3.0 * (0.2 - 0.1875)).abs() < 1e-14);
        let at = |s: f64| [a[0] + s * 3.0, a[1] + s * 4.0];
        let s = 0.3;
        let first = WallMoments::of_segment([0, 1], &a, &at(s), |t| (s * t) * (s * t));
        let second = WallMoments::of_segment([0, 1], &at(s), &b, |t| (s + (1.0 - s) * t).powi(2));
        let none = WallMoments::of_segment([0, 2], &a, &a, |_| 1.0);
        let walls = merged(vec![second, none, first]);
        assert_eq!(walls.len(), 1);
        let near = |x: f64, y: f64| (x - y).abs() < 1e-13;
        assert!(near(walls[0].weight, whole.weight) && near(walls[0].mean[1], whole.mean[1]));
        assert!((0..2).all(|k| (0..2).all(|l| near(walls[0].spread[k][l], whole.spread[k][l]))));
    }
}
