//! Derivatives of a solved problem: of its value at no cost, of all else by the implicit function
//! theorem.
//!
//! With `W = W2^2`, `c_i` the centroids and `w_i` the weights, `dW/dy_i = 2 nu_i (y_i - c_i)` and
//! `dW/dnu_i = w_i` (the envelope theorem: the optimal heights need not be differentiated). The
//! heights solve `m(y, h) = nu`, and with the walls' weights `K_ij`, means `b_ij` and second
//! moments ([`WallMoments`])
//!
//! ```text
//! dm_i        = sum_j K_ij (dh_i - dh_j + <b_ij, dy_i - dy_j>)
//! d(m_i c_i)  = sum_j K_ij (b_ij (dh_i - dh_j) + S_ij (dy_i - dy_j)),    S_ij = E[x x'] on the wall
//! ```
//!
//! so one system with the Laplacian of `K` gives a derivative of the heights, and of all that
//! follows from them. It is asked backwards, as by those who train with it: given what a loss says
//! of the heights (or weights, centroids, masses), what it says of sites and masses. See
//! docs/theory/gradients.md for when derivatives do not exist.

// Coordinates are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::family::{Family, Transport, Visit};
use crate::diagram::{Cells, DiagramError, WallMoments};
use crate::domain::space::Metric;
use crate::exact::Heights;
use crate::newton::linear::{self, Laplacian, LinearOptions};

/// Accuracy of the linear system, relative in its own norm.
const ACCURACY: f64 = 1e-14;

/// What is not solved to this is not solved.
const UNSOLVED: f64 = 1e-7;

/// Why there are no derivatives.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GradientError {
    /// The heights do not define a diagram.
    #[error(transparent)]
    Diagram(#[from] DiagramError),
    /// Cells are cut by balls.
    #[error("derivatives of the heights of partial transport are not made; that of the value is, by sites and masses")]
    Partial,
    /// The source closes on itself: a torus, or the sphere.
    #[error(
        "derivatives of the heights on a torus or a sphere are not made in this version; use a box that is not periodic"
    )]
    Periodic,
    /// The cost has a metric of its own.
    #[error("derivatives of the heights in a metric are not made in this version; drop the metric")]
    Metric,
    /// A cell without mass: its mass has a kink there, or does not depend on its height at all.
    #[error("site {site} has no cell: there masses and heights have no derivatives; solve for positive masses first")]
    Empty {
        /// The site.
        site: usize,
    },
    /// Some cells share no walls with the others.
    #[error(
        "cells {} and {} hang together by no walls: their masses do not determine the difference of their heights, which \
         has no derivative; fill the gaps of the source", sites[0], sites[1]
    )]
    Apart {
        /// Two of them.
        sites: [usize; 2],
    },
    /// A list of another length than that of the sites.
    #[error("{found} numbers for {expected} sites; give one for each")]
    LengthMismatch {
        /// Length of the list.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// The linear system is too ill-conditioned.
    #[error("the linear system is solved to {residual:.1e} only: walls are too unequal in length for doubles")]
    Unsolved {
        /// The relative residual.
        residual: f64,
    },
}

/// What a loss says of sites, and of a second list: masses, or weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulled<const D: usize> {
    /// Gradient by the sites.
    pub sites: Vec<[f64; D]>,
    /// Gradient by the second list.
    pub numbers: Vec<f64>,
}

/// The derivative of `W2^2` by the sites, `2 nu_i (y_i - c_i)`, also of partial transport; `None`
/// for a cell without mass.
pub fn site_gradient<const D: usize>(
    sites: &[[f64; D]],
    masses: &[f64],
    centroids: &[Option<[f64; D]>],
) -> Vec<Option<[f64; D]>> {
    let one = |((y, nu), c): ((&[f64; D], &f64), &Option<[f64; D]>)| {
        c.map(|c| std::array::from_fn(|k| 2.0 * nu * (y[k] - c[k])))
    };
    sites.iter().zip(masses).zip(centroids).map(one).collect()
}

/// The same in a metric: `2 nu_i M (y_i - c_i)`.
pub fn site_gradient_in<const D: usize>(
    metric: Option<&Metric>,
    sites: &[[f64; D]],
    masses: &[f64],
    centroids: &[Option<[f64; D]>],
) -> Vec<Option<[f64; D]>> {
    let mut all = site_gradient(sites, masses, centroids);
    let Some(metric) = metric else { return all };
    all.iter_mut().flatten().for_each(|g| *g = metric.applied(g));
    all
}

/// The derivative of `W2^2` by the masses, where their total is fixed: of the weights, which are
/// right up to a constant, the representative with sum 0. Moving the mass `e` from site `j` to site
/// `i` changes the value by `e (w_i - w_j) + O(e^2)`.
pub fn mass_gradient(weights: &[f64]) -> Vec<f64> {
    let mean = sum(weights.iter().copied()) / weights.len() as f64;
    let shifted: Vec<f64> = weights.iter().map(|w| w - mean).collect();
    // Once more: of weights far from 0 the mean is good to an ulp of them only.
    let rest = sum(shifted.iter().copied()) / weights.len() as f64;
    shifted.iter().map(|w| w - rest).collect()
}

/// The derivative of `W2^2` by the masses, where the source is scaled to their total `T`:
/// `w_i + (W2^2 - sum nu_j w_j) / T`. The second term is the mean cost of what is added to the
/// source, and makes a constant in the weights drop out.
pub fn free_mass_gradient(weights: &[f64], masses: &[f64], value: f64) -> Vec<f64> {
    let total = sum(masses.iter().copied());
    // About one of them, so that a common constant costs no digits.
    let about = weights.first().copied().unwrap_or_default();
    let mean = sum(masses.iter().zip(weights).map(|(m, w)| m * (w - about)));
    weights.iter().map(|w| (w - about) + (value - mean) / total).collect()
}

/// Neumaier's sum.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (total, rest) = values.fold((0.0f64, 0.0f64), |(s, c), v| {
        let t = s + v;
        (t, c + if s.abs() >= v.abs() { (s - t) + v } else { (v - t) + s })
    });
    total + rest
}

/// Derivatives at given heights, one linear system each.
///
/// ```
/// use brenier::{ConvexPolygon, Problem, ProblemData, SolveOptions, solve};
/// use brenier::internals::transport::Gradients;
/// // Two sites side by side: the wall is where the masses say, so h_1 - h_0 = -nu_0 (y_1 - y_0) for sites on the x axis.
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let data = ProblemData::new(square, vec![[0.0, 0.5], [1.0, 0.5]]).masses(vec![0.25, 0.75]);
/// let problem = Problem::new(data).unwrap();
/// let solution = solve(&problem, &SolveOptions::default());
/// let gradients = Gradients::new(&problem, &solution.heights).unwrap();
/// let pulled = gradients.of_heights(&[-1.0, 1.0]).unwrap();
/// // The wall, and with it h_0 - h_1, is at the share of site 0: moving mass to it moves that by the same.
/// assert!((pulled.numbers[0] - pulled.numbers[1] + 1.0).abs() < 1e-12);
/// assert!((pulled.sites[0][0] - 0.25).abs() < 1e-12 && (pulled.sites[1][0] + 0.25).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Gradients<const D: usize> {
    sites: Vec<[f64; D]>,
    targets: Vec<f64>,
    heights: Vec<f64>,
    masses: Vec<f64>,
    centroids: Vec<[f64; D]>,
    walls: Vec<WallMoments<D>>,
    laplacian: Laplacian,
}

impl<const D: usize> Gradients<D> {
    /// Prepares derivatives at these heights. Cost: that of the diagram.
    ///
    /// # Errors
    /// [`GradientError`]: there are none.
    pub fn new(problem: &impl Transport<D>, heights: &Heights) -> Result<Gradients<D>, GradientError> {
        problem.visit(Prepare { heights })
    }

    fn of<F: Family<D>>(family: &F, heights: &Heights) -> Result<Gradients<D>, GradientError> {
        let still = family.still(heights)?;
        let walls = still.wall_moments().ok_or_else(|| match still.rest() {
            Some(_) => GradientError::Partial,
            None if family.metric().is_some() => GradientError::Metric,
            None => GradientError::Periodic,
        })?;
        let centroid = |(site, c): (usize, &Option<[f64; D]>)| c.ok_or(GradientError::Empty { site });
        let centroids: Vec<[f64; D]> = still.centroids().iter().enumerate().map(centroid).collect::<Result<_, _>>()?;
        let laplacian = laplacian(still.len(), &walls);
        if let Some(site) = first_apart(&laplacian) {
            return Err(GradientError::Apart { sites: [0, site] });
        }
        let mut gauged = heights.clone();
        gauged.gauge(family.masses());
        Ok(Gradients {
            sites: family.sites().to_vec(),
            targets: family.masses().to_vec(),
            heights: gauged.hi(),
            masses: still.masses().to_vec(),
            centroids,
            walls,
            laplacian,
        })
    }

    fn fits(&self, found: usize) -> Result<(), GradientError> {
        let expected = self.sites.len();
        if found == expected { Ok(()) } else { Err(GradientError::LengthMismatch { found, expected }) }
    }

    /// Given the gradient of a loss by the heights (gauge `sum nu_i h_i = 0`), those by sites and
    /// masses.
    ///
    /// The source is scaled to the total of the masses, so that all masses may be moved alone.
    ///
    /// # Errors
    /// A list of another length, or a system that doubles cannot solve.
    pub fn of_heights(&self, loss: &[f64]) -> Result<Pulled<D>, GradientError> {
        self.fits(loss.len())?;
        let total = sum(self.targets.iter().copied());
        let all = sum(loss.iter().copied());
        // Of the gauge: h = g - (sum nu g) / total, whatever the solution g.
        let right: Vec<f64> = loss.iter().zip(&self.targets).map(|(g, nu)| g - all * (nu / total)).collect();
        let options = LinearOptions { relative_tolerance: ACCURACY, max_iterations: 2000, ..LinearOptions::default() };
        let (lambda, report) = linear::solve(&self.laplacian, right, &options);
        if !(report.relative_residual <= UNSOLVED) {
            return Err(GradientError::Unsolved { residual: report.relative_residual });
        }
        let mean = sum(lambda.iter().zip(&self.targets).map(|(l, nu)| l * nu)) / total;
        let numbers = lambda.iter().zip(&self.heights).map(|(l, h)| (l - mean) - all / total * h).collect();
        let mut sites = vec![[0.0; D]; self.sites.len()];
        for wall in &self.walls {
            let [i, j] = wall.sites.map(|s| s as usize);
            let pull = wall.weight * (lambda[i] - lambda[j]);
            for k in 0..D {
                sites[i][k] -= pull * wall.mean[k];
                sites[j][k] += pull * wall.mean[k];
            }
        }
        Ok(Pulled { sites, numbers })
    }

    /// The same of the weights `w_i = |y_i|^2 + 2 h_i`.
    ///
    /// # Errors
    /// As [`Gradients::of_heights`].
    pub fn of_weights(&self, loss: &[f64]) -> Result<Pulled<D>, GradientError> {
        let mut pulled = self.of_heights(&loss.iter().map(|g| 2.0 * g).collect::<Vec<_>>())?;
        for ((to, y), g) in pulled.sites.iter_mut().zip(&self.sites).zip(loss) {
            (0..D).for_each(|k| to[k] += 2.0 * g * y[k]);
        }
        Ok(pulled)
    }

    /// Given the gradient of a loss by the centroids of the cells, those by sites and masses.
    ///
    /// # Errors
    /// As [`Gradients::of_heights`].
    pub fn of_centroids(&self, loss: &[[f64; D]]) -> Result<Pulled<D>, GradientError> {
        self.fits(loss.len())?;
        let share = |i: usize| -> [f64; D] { std::array::from_fn(|k| loss[i][k] / self.masses[i]) };
        let mut heights = vec![0.0; loss.len()];
        let mut direct = vec![[0.0; D]; loss.len()];
        for wall in &self.walls {
            let [i, j] = wall.sites.map(|s| s as usize);
            let (p, q) = (share(i), share(j));
            let from = |c: &[f64; D]| -> [f64; D] { std::array::from_fn(|k| wall.mean[k] - c[k]) };
            let (a, b) = (dot(&p, &from(&self.centroids[i])), dot(&q, &from(&self.centroids[j])));
            let push = wall.weight * (a - b);
            heights[i] += push;
            heights[j] -= push;
            for k in 0..D {
                // S - c b' = spread + (b - c) b'.
                let spread: f64 = (0..D).map(|l| wall.spread[k][l] * (p[l] - q[l])).sum();
                let pull = wall.weight * (spread + (a - b) * wall.mean[k]);
                direct[i][k] += pull;
                direct[j][k] -= pull;
            }
        }
        let mut pulled = self.of_heights(&heights)?;
        for (to, more) in pulled.sites.iter_mut().zip(&direct) {
            (0..D).for_each(|k| to[k] += more[k]);
        }
        Ok(pulled)
    }

    /// Given the gradient of a loss by the masses of the cells *at given weights*, those by sites
    /// and weights. No system.
    ///
    /// # Errors
    /// A list of another length.
    pub fn of_masses(&self, loss: &[f64]) -> Result<Pulled<D>, GradientError> {
        self.fits(loss.len())?;
        let mut pulled = Pulled { sites: vec![[0.0; D]; loss.len()], numbers: vec![0.0; loss.len()] };
        for wall in &self.walls {
            let [i, j] = wall.sites.map(|s| s as usize);
            let pull = wall.weight * (loss[i] - loss[j]);
            pulled.numbers[i] += 0.5 * pull;
            pulled.numbers[j] -= 0.5 * pull;
            // h = (w - |y|^2) / 2: moving a site moves its height.
            for k in 0..D {
                pulled.sites[i][k] += pull * (wall.mean[k] - self.sites[i][k]);
                pulled.sites[j][k] -= pull * (wall.mean[k] - self.sites[j][k]);
            }
        }
        Ok(pulled)
    }
}

struct Prepare<'h> {
    heights: &'h Heights,
}

impl<const D: usize> Visit<D> for Prepare<'_> {
    type Output = Result<Gradients<D>, GradientError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        Gradients::of(family, self.heights)
    }
}

fn dot<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn laplacian<const D: usize>(n: usize, walls: &[WallMoments<D>]) -> Laplacian {
    let mut row_ptr = vec![0u32; n + 1];
    walls.iter().flat_map(|wall| wall.sites).for_each(|s| row_ptr[s as usize + 1] += 1);
    (0..n).for_each(|i| row_ptr[i + 1] += row_ptr[i]);
    let entries = row_ptr[n] as usize;
    let (mut col, mut weight, mut next) = (vec![0u32; entries], vec![0.0; entries], row_ptr.clone());
    for wall in walls {
        let [i, j] = wall.sites;
        for (from, to) in [(i, j), (j, i)] {
            let slot = &mut next[from as usize];
            (col[*slot as usize], weight[*slot as usize]) = (to, wall.weight);
            *slot += 1;
        }
    }
    Laplacian { row_ptr, col, weight }
}

/// The first cell that no way over walls leads to from cell 0.
fn first_apart(laplacian: &Laplacian) -> Option<usize> {
    let mut seen = vec![false; laplacian.len()];
    let mut stack: Vec<usize> = (0..laplacian.len().min(1)).collect();
    stack.iter().for_each(|&i| seen[i] = true);
    while let Some(i) = stack.pop() {
        for &j in laplacian.row(i).0 {
            if !std::mem::replace(&mut seen[j as usize], true) {
                stack.push(j as usize);
            }
        }
    }
    seen.iter().position(|seen| !seen)
}
