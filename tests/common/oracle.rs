//! A brute-force Laguerre diagram in rational arithmetic, for testing.
//!
//! Every cell is the domain clipped by all `n - 1` half-planes of its site; every number is a
//! rational. Nothing of the library's algorithms is used: no triangulation, no labels, no
//! perturbation, no fan integrals (moments come from a sum over edges). Slow on purpose: the only
//! merit of this file is that one can see it is right.
//!
//! Ties: of coinciding sites the one with the larger height, then the lower index, owns the cell; a
//! cell without interior has mass 0 and no facets; facets are segments of positive length between
//! two cells with interior.

pub use rug::Rational as Q;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A point of the plane.
pub type P = [Q; 2];

/// The integer `n` as a rational.
pub fn int(n: i64) -> Q {
    Q::from(n)
}

/// `p/q`.
pub fn frac(p: i64, q: i64) -> Q {
    Q::from((p, q))
}

/// The exact value of a finite double.
pub fn exact(x: f64) -> Q {
    Q::from_f64(x).expect("a finite double")
}

/// The exact point with double coordinates.
pub fn exact_point(p: [f64; 2]) -> P {
    [exact(p[0]), exact(p[1])]
}

/// The nearest double up to one unit in the last place; good for printing and for bounds with
/// slack.
pub fn approx(q: &Q) -> f64 {
    q.to_f64()
}

pub fn add(a: &P, b: &P) -> P {
    [Q::from(&a[0] + &b[0]), Q::from(&a[1] + &b[1])]
}

pub fn sub(a: &P, b: &P) -> P {
    [Q::from(&a[0] - &b[0]), Q::from(&a[1] - &b[1])]
}

pub fn scaled(a: &P, s: &Q) -> P {
    [Q::from(&a[0] * s), Q::from(&a[1] * s)]
}

pub fn dot(a: &P, b: &P) -> Q {
    Q::from(&a[0] * &b[0]) + Q::from(&a[1] * &b[1])
}

pub fn cross(a: &P, b: &P) -> Q {
    Q::from(&a[0] * &b[1]) - Q::from(&a[1] * &b[0])
}

pub fn norm2(a: &P) -> Q {
    dot(a, a)
}

/// A measure on a convex polygon: density `<g, x> + c`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Vertices, counter-clockwise.
    pub polygon: Vec<P>,
    pub g: P,
    pub c: Q,
}

impl Source {
    /// Constant density 1. Clockwise polygons are turned round.
    pub fn uniform(polygon: Vec<P>) -> Source {
        Source::affine(polygon, [int(0), int(0)], int(1))
    }

    pub fn affine(mut polygon: Vec<P>, g: P, c: Q) -> Source {
        if moment(&polygon, 0, 0) < 0 {
            polygon.reverse();
        }
        Source { polygon, g, c }
    }

    pub fn density(&self, x: &P) -> Q {
        dot(&self.g, x) + &self.c
    }

    /// Measure, first moments and `int |x - y|^2` over a polygon, all with respect to this density.
    pub fn integrals(&self, polygon: &[P], y: &P) -> (Q, P, Q) {
        // Seen from y: rho = <g, z> + c', z = x - y.
        let z: Vec<P> = polygon.iter().map(|x| sub(x, y)).collect();
        let c = self.density(y);
        let constant = self.g[0] == 0 && self.g[1] == 0;
        // int z_0^p z_1^q rho
        let weighted = |p: u32, q: u32| {
            let mut sum = moment(&z, p, q) * &c;
            if !constant {
                sum += moment(&z, p + 1, q) * &self.g[0] + moment(&z, p, q + 1) * &self.g[1];
            }
            sum
        };
        let mass = weighted(0, 0);
        let first = [weighted(1, 0) + Q::from(&mass * &y[0]), weighted(0, 1) + Q::from(&mass * &y[1])];
        (mass, first, weighted(2, 0) + weighted(0, 2))
    }

    /// Measure of the whole domain.
    pub fn total(&self) -> Q {
        self.measure(&self.polygon)
    }

    /// Measure of a polygon.
    pub fn measure(&self, polygon: &[P]) -> Q {
        let mut sum = moment(polygon, 0, 0) * &self.c;
        if self.g[0] != 0 || self.g[1] != 0 {
            sum += moment(polygon, 1, 0) * &self.g[0] + moment(polygon, 0, 1) * &self.g[1];
        }
        sum
    }
}

fn binomial(n: u32, k: u32) -> i64 {
    (0..k).fold(1, |b, i| b * i64::from(n - i) / i64::from(i + 1))
}

fn power(x: &Q, n: u32) -> Q {
    (0..n).fold(int(1), |p, _| p * x)
}

/// `int x^p y^q` over a counter-clockwise polygon, by Green's theorem: each edge contributes the
/// integral over the triangle it spans with the origin (Steger 1996, "On the calculation of
/// arbitrary moments of polygons").
pub fn moment(polygon: &[P], p: u32, q: u32) -> Q {
    let mut sum = Q::new();
    for (k, b) in polygon.iter().enumerate() {
        let a = &polygon[(k + polygon.len() - 1) % polygon.len()];
        let twice = cross(a, b);
        if twice == 0 {
            continue;
        }
        let mut inner = Q::new();
        for i in 0..=p {
            for j in 0..=q {
                let coefficient = binomial(i + j, j) * binomial(p + q - i - j, q - j);
                inner += power(&b[0], i) * power(&a[0], p - i) * power(&b[1], j) * power(&a[1], q - j) * coefficient;
            }
        }
        sum += twice * inner;
    }
    let n = i64::from(p + q);
    sum / ((n + 2) * (n + 1) * binomial(p + q, p))
}

/// One cell. Without interior: no vertices, all integrals zero.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Corners, counter-clockwise; points on straight edges may be among them.
    pub vertices: Vec<P>,
    /// Measure, not normalized.
    pub mass: Q,
    /// `int x rho`.
    pub first: P,
    /// `int |x - y_i|^2 rho`.
    pub second: Q,
}

impl Cell {
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    /// Barycentre of the cell's mass.
    pub fn centroid(&self) -> Option<P> {
        (self.mass != 0).then(|| [Q::from(&self.first[0] / &self.mass), Q::from(&self.first[1] / &self.mass)])
    }
}

/// The whole diagram.
#[derive(Clone, Debug)]
pub struct Diagram {
    pub cells: Vec<Cell>,
    /// `(i, j) -> H_ij = int_facet rho / (2 |y_i - y_j|)` for `i < j`; its keys are the adjacency.
    pub facets: BTreeMap<(usize, usize), Q>,
    /// Measure of the domain.
    pub total: Q,
}

/// Heights of power weights, `h = (w - |y|^2)/2`.
pub fn heights_of_weights(sites: &[P], weights: &[Q]) -> Vec<Q> {
    let height = |(y, w): (&P, &Q)| Q::from(w - &norm2(y)) / 2;
    sites.iter().zip(weights).map(height).collect()
}

/// The part of a convex polygon where `<a, x> + b >= 0` (Sutherland and Hodgman). Empty if that has
/// no interior.
pub fn clip(polygon: &[P], a: &P, b: &Q) -> Vec<P> {
    let side: Vec<Q> = polygon.iter().map(|x| dot(a, x) + b).collect();
    if side.iter().all(|s| *s >= 0) {
        return polygon.to_vec();
    }
    if side.iter().all(|s| *s <= 0) {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(polygon.len() + 1);
    for (k, x) in polygon.iter().enumerate() {
        let next = (k + 1) % polygon.len();
        if side[k] >= 0 {
            out.push(x.clone());
        }
        if (side[k] > 0 && side[next] < 0) || (side[k] < 0 && side[next] > 0) {
            let t = Q::from(&side[k] / &Q::from(&side[k] - &side[next]));
            out.push(add(x, &scaled(&sub(&polygon[next], x), &t)));
        }
    }
    out
}

/// The diagram `cell_i = {x in domain : <x, y_i> + h_i maximal}`, integrals included. Cost: n^2
/// clips.
pub fn diagram(source: &Source, sites: &[P], heights: &[Q]) -> Diagram {
    let mut d = shape(source, sites, heights);
    for (cell, y) in d.cells.iter_mut().zip(sites) {
        if !cell.is_empty() {
            (cell.mass, cell.first, cell.second) = source.integrals(&cell.vertices, y);
        }
    }
    d
}

/// Corners and facets only; all integrals over cells are left zero.
pub fn shape(source: &Source, sites: &[P], heights: &[Q]) -> Diagram {
    let n = sites.len();
    let corners = |i| Cell { vertices: cell(source, sites, heights, i), ..Cell::default() };
    let cells: Vec<Cell> = (0..n).map(corners).collect();
    let mut facets = BTreeMap::new();
    for i in 0..n {
        for j in i + 1..n {
            if let Some(h) = facet(source, sites, heights, &cells, i, j) {
                facets.insert((i, j), h);
            }
        }
    }
    Diagram { cells, facets, total: source.total() }
}

/// Corners of one cell.
pub fn cell(source: &Source, sites: &[P], heights: &[Q], i: usize) -> Vec<P> {
    let mut vertices = source.polygon.clone();
    for j in 0..sites.len() {
        if j == i || vertices.is_empty() {
            continue;
        }
        let a = sub(&sites[i], &sites[j]);
        let b = Q::from(&heights[i] - &heights[j]);
        if a[0] == 0 && a[1] == 0 {
            let mine = match b.cmp0() {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => i < j,
            };
            if !mine {
                vertices.clear();
            }
        } else {
            vertices = clip(&vertices, &a, &b);
        }
    }
    vertices
}

/// `H_ij` of the common facet, if it has positive length. Its edge vector is `t R (y_j - y_i)` with
/// `R` the rotation by 90 degrees, so that `length / |y_i - y_j| = |t|` is rational: `H_ij = |t|/2`
/// times the mean density of its ends.
fn facet(source: &Source, sites: &[P], heights: &[Q], cells: &[Cell], i: usize, j: usize) -> Option<Q> {
    let a = sub(&sites[i], &sites[j]);
    if a[0] == 0 && a[1] == 0 {
        return None;
    }
    let b = Q::from(&heights[i] - &heights[j]);
    let along = [Q::from(-&a[1]), a[0].clone()];
    let ends = |cell: &Cell| {
        let mut on: Vec<&P> = cell.vertices.iter().filter(|x| (dot(&a, x) + &b) == 0).collect();
        on.sort_by_key(|x| dot(&along, x));
        match (on.first(), on.last()) {
            (Some(p), Some(q)) if p != q => Some([(*p).clone(), (*q).clone()]),
            _ => None,
        }
    };
    if cells[i].is_empty() || cells[j].is_empty() {
        return None;
    }
    let (mine, other) = (ends(&cells[i]), ends(&cells[j]));
    assert_eq!(mine, other, "both cells have the same facet");
    let [p, q] = mine?;
    let edge = sub(&q, &p);
    // edge = t along: t is the ratio of a non-zero component.
    let axis = usize::from(along[0] == 0);
    let t = Q::from(&edge[axis] / &along[axis]).abs();
    Some(t / 2 * (source.density(&p) + source.density(&q)) / 2)
}

impl Diagram {
    /// `sum_i int_cell_i |x - y_i|^2`.
    pub fn cost(&self) -> Q {
        self.cells.iter().map(|c| &c.second).sum()
    }

    /// Sum of the cells' measures; must be `total`.
    pub fn sum_of_masses(&self) -> Q {
        self.cells.iter().map(|c| &c.mass).sum()
    }

    /// Pairs with a common facet.
    pub fn adjacency(&self) -> Vec<(usize, usize)> {
        self.facets.keys().copied().collect()
    }

    /// Everything divided by the domain's measure, so that the source is a probability.
    pub fn normalized(&self) -> Diagram {
        let mut d = self.clone();
        for c in &mut d.cells {
            c.mass /= &self.total;
            c.second /= &self.total;
            for k in 0..2 {
                c.first[k] /= &self.total;
            }
        }
        d.facets.values_mut().for_each(|h| *h /= &self.total);
        d.total = int(1);
        d
    }
}

/// The dual functional `sum S_i - sum w_i (m_i - nu_i)` of a normalized diagram.
pub fn dual(d: &Diagram, sites: &[P], heights: &[Q], nu: &[Q]) -> Q {
    let mut value = d.cost();
    for i in 0..sites.len() {
        let w = norm2(&sites[i]) + Q::from(&heights[i] * 2);
        value -= w * Q::from(&d.cells[i].mass - &nu[i]);
    }
    value
}

/// Cost of the plan that spreads the only surplus over the deficits; exactly one cell must have a
/// surplus, or none.
pub fn upper_of_one_flow(d: &Diagram, sites: &[P], heights: &[Q], nu: &[Q]) -> Q {
    let surplus: Vec<Q> = (0..sites.len()).map(|i| Q::from(&d.cells[i].mass - &nu[i])).collect();
    let mut value = dual(d, sites, heights, nu);
    let givers: Vec<usize> = (0..sites.len()).filter(|&i| surplus[i] > 0).collect();
    assert!(givers.len() <= 1, "one surplus");
    for &i in &givers {
        let c = d.cells[i].centroid().expect("a surplus cell has mass");
        for j in 0..sites.len() {
            if surplus[j] < 0 {
                let slack = dot(&c, &sub(&sites[i], &sites[j])) + &heights[i] - &heights[j];
                value -= slack * 2 * &surplus[j];
            }
        }
    }
    value
}

/// `h + d` with `2 L d = nu - m` and `d_0 = 0`, by Gaussian elimination; the adjacency must be
/// connected.
pub fn newton_step(d: &Diagram, heights: &[Q], nu: &[Q]) -> Vec<Q> {
    let n = heights.len();
    let mut rows: Vec<Vec<Q>> = (0..n)
        .map(|i| {
            let mut row = vec![Q::new(); n + 1];
            row[n] = Q::from(&nu[i] - &d.cells[i].mass);
            row
        })
        .collect();
    for (&(i, j), h) in &d.facets {
        let twice = Q::from(h * 2);
        for (a, b) in [(i, j), (j, i)] {
            rows[a][a] += &twice;
            rows[a][b] -= &twice;
        }
    }
    // Site 0 is grounded: its row and column are left out. Positive definite, so no pivoting.
    for k in 1..n {
        assert!(rows[k][k] != 0, "connected adjacency");
        let pivot = rows[k].clone();
        for (r, row) in rows.iter_mut().enumerate() {
            if r != k && r > 0 {
                let factor = Q::from(&row[k] / &pivot[k]);
                for c in k..=n {
                    row[c] -= Q::from(&factor * &pivot[c]);
                }
            }
        }
    }
    let mut next = heights.to_vec();
    for k in 1..n {
        next[k] += Q::from(&rows[k][n] / &rows[k][k]);
    }
    next
}
