//! Closed-form cases as the library's problems.

use super::cases::Case;
use super::oracle::{P, Q};
use brenier::domain::{ConvexPolygon, Density};
use brenier::exact::{Heights, big};
use brenier::problem::{Duplicates, Problem, ProblemData};
use rug::Integer;

fn nearest(p: &P) -> [f64; 2] {
    [big::nearest_f64(&p[0]), big::nearest_f64(&p[1])]
}

impl Case {
    /// Every number rounded to the nearest double, heights to the nearest double-double.
    pub fn problem(&self) -> Problem {
        let polygon = self.source.polygon.iter().map(nearest).collect();
        let domain = ConvexPolygon::new(polygon).expect("a convex polygon");
        let mut data = ProblemData::new(domain, self.sites.iter().map(nearest).collect());
        if self.source.g[0] != 0 || self.source.g[1] != 0 {
            let (g, c) = (nearest(&self.source.g), big::nearest_f64(&self.source.c));
            data.density = Density::Affine { g, c };
        }
        if let Some(m) = &self.masses {
            data.masses = Some(m.iter().map(big::nearest_f64).collect());
        }
        if self.kind == "diagram" {
            data.duplicates = Duplicates::Keep;
        }
        Problem::new(data).unwrap_or_else(|e| panic!("{}: {e}", self.id))
    }

    /// The case's heights as double-doubles, and whether that rounded any.
    pub fn library_heights(&self) -> (Heights, bool) {
        let heights = self.heights.as_ref().expect("heights");
        let rounded: Vec<_> = heights.iter().map(big::nearest_dd).collect();
        let exact = rounded.iter().all(|r| r.1);
        (Heights::new(rounded.into_iter().map(|r| r.0)), exact)
    }

    /// The exact case the library really gets: every input replaced by the double it is rounded to.
    pub fn rounded(&self) -> Case {
        let q = |x: &Q| big::rational(big::nearest_f64(x));
        let p = |x: &P| [q(&x[0]), q(&x[1])];
        let mut c = self.clone();
        c.source.polygon.iter_mut().for_each(|v| *v = p(v));
        (c.source.g, c.source.c) = (p(&c.source.g), q(&c.source.c));
        c.sites.iter_mut().for_each(|y| *y = p(y));
        c.masses.iter_mut().flatten().for_each(|m| *m = q(m));
        c
    }

    /// The same case with domain and sites multiplied by the common denominator `L` of all
    /// coordinates, so that they are integers: heights become `L^2 h`, centroids `L c`, costs
    /// `L^2`; masses stay, the density's gradient is multiplied by a constant that normalization
    /// removes. `None` if an integer exceeds 2^50.
    pub fn integral_twin(&self) -> Option<(Case, Integer)> {
        if !self.exact {
            return None;
        }
        let mut l = Integer::from(1);
        for x in self.source.polygon.iter().chain(&self.sites).flatten() {
            l.lcm_mut(x.denom());
        }
        let mut c = self.clone();
        let all = c.source.polygon.iter_mut().chain(&mut c.sites).flatten();
        for x in all {
            *x *= &l;
            if Q::from(x.abs_ref()) >= Q::from(1) << 50u32 {
                return None;
            }
        }
        if c.source.g[0] != 0 || c.source.g[1] != 0 {
            // <g, L x>/L + c, times L.
            c.source.c *= &l;
        }
        let square = Integer::from(&l * &l);
        c.heights.iter_mut().flatten().for_each(|h| *h *= &square);
        c.expected.next_heights.iter_mut().flatten().for_each(|h| *h *= &square);
        c.expected.centroids.iter_mut().flatten().flatten().for_each(|x| *x *= &l);
        let e = &mut c.expected;
        for cost in [&mut e.cost, &mut e.w2_squared, &mut e.dual, &mut e.upper, &mut e.map_cost] {
            cost.iter_mut().for_each(|x| *x *= &square);
        }
        c.expected.hessian.values_mut().for_each(|h| *h /= &square);
        Some((c, l))
    }
}
