//! Layer 1: a validated problem. Parse, don't validate: a [`Problem`] that exists is sound.

use crate::domain::{ConvexPolygon, Density, Domain, DomainError, ExactLaw, Patches};
use crate::exact::{Dd, Heights, big};
use std::sync::Arc;

/// What to do with sites at the same position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Add their masses and keep the first (for solving: no power diagram separates them).
    #[default]
    Merge,
    /// Refuse.
    Refuse,
    /// Keep them all (for diagrams at given heights: the larger height, then the lower index, owns the cell).
    Keep,
}

/// Raw data of a problem, as read from files or arrays.
#[derive(Clone, Debug)]
pub struct ProblemData {
    /// Where the source lives.
    pub domain: Domain,
    /// Density of the source.
    pub density: Density,
    /// Sites `y_i`.
    pub sites: Vec<[f64; 2]>,
    /// Masses `nu_i`; `None`: equal, total 1.
    pub masses: Option<Vec<f64>>,
    /// Heights to start from (or, for a diagram, to use).
    pub heights: Option<Heights>,
    /// Rescale the source to the masses' total (otherwise a mismatch is an error).
    pub normalize: bool,
    /// Partial transport: the masses may sum to less than the source's measure, and the rest of the source stays. The source is then never
    /// rescaled.
    pub partial: bool,
    /// Treatment of duplicate sites.
    pub duplicates: Duplicates,
}

impl ProblemData {
    /// Data with the default treatment: constant density, equal masses, normalized, duplicates merged.
    pub fn new(domain: impl Into<Domain>, sites: Vec<[f64; 2]>) -> ProblemData {
        ProblemData {
            domain: domain.into(),
            density: Density::Constant,
            sites,
            masses: None,
            heights: None,
            normalize: true,
            partial: false,
            duplicates: Duplicates::Merge,
        }
    }
}

/// Why data is not a problem. Messages are the contract of the command line (`error: FILE: <message>`).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// The domain or density is refused.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// No sites at all.
    #[error("sites is empty; at least one site is needed")]
    NoSites,
    /// More sites than 32-bit indices hold.
    #[error("{found} sites; at most {limit} are supported", limit = Problem::MAX_SITES)]
    TooManySites {
        /// Number of sites given.
        found: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("sites[{site}][{axis}] is {value}; every coordinate must be finite")]
    NonFiniteSite {
        /// Index of the site.
        site: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// Site coordinates too large for their squares and differences to be doubles.
    #[error("sites[{site}][{axis}] = {value:e} exceeds 1e140 in absolute value; rescale the sites")]
    SiteOutOfRange {
        /// Index of the site.
        site: usize,
        /// Coordinate index.
        axis: usize,
        /// The offending value.
        value: f64,
    },
    /// Lists of different lengths.
    #[error("{what} has {found} entries, sites has {expected}; give one per site")]
    LengthMismatch {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// A mass is NaN or infinite.
    #[error("masses[{site}] is {value}; every mass must be finite")]
    NonFiniteMass {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// A mass is zero or negative.
    #[error("masses[{site}] = {value}; masses must be positive, drop the site")]
    NonPositiveMass {
        /// Index of the site.
        site: usize,
        /// The offending value.
        value: f64,
    },
    /// The total mass is not a double.
    #[error("masses sum to {total:e}; the total must lie between 1e-200 and 1e200, rescale the masses")]
    TotalOutOfRange {
        /// The sum.
        total: f64,
    },
    /// The source's measure, or the factor between it and the masses, is not a sound double: a needle of a domain.
    #[error(
        "domain has measure {measure:e}, masses sum to {total:e}; the measure and the ratio of the two must lie between \
         1e-280 and 1e280, rescale"
    )]
    MeasureOutOfRange {
        /// Measure of the source.
        measure: f64,
        /// Sum of the masses.
        total: f64,
    },
    /// Source and target differ in mass and normalization is off.
    #[error(
        "masses sum to {total}, domain has measure {measure} (relative gap {gap:.1e}); \
         make them equal or set \"normalize\": true"
    )]
    MassMismatch {
        /// Sum of the masses.
        total: f64,
        /// Measure of the domain.
        measure: f64,
        /// `|total - measure| / measure`.
        gap: f64,
    },
    /// Partial transport of more than there is.
    #[error(
        "masses sum to {total}, domain has measure {measure}: with \"partial\" the masses must not exceed it; lower them or \
         set \"partial\": false"
    )]
    MoreThanSource {
        /// Sum of the masses.
        total: f64,
        /// Measure of the source.
        measure: f64,
    },
    /// Two sites coincide and duplicates are refused.
    #[error("sites {first} and {second} coincide; drop one or merge them")]
    DuplicateSites {
        /// Lower index.
        first: usize,
        /// Higher index.
        second: usize,
    },
    /// Partial transport of a source in patches.
    #[error(
        "\"partial\" needs a box or polygon with a constant or affine density in this version; \
         drop \"partial\" or change the source"
    )]
    PartialPatches,
    /// A starting height is not finite.
    #[error("heights[{site}] is not finite; every height must be finite")]
    NonFiniteHeight {
        /// Index of the site.
        site: usize,
    },
}

/// A group of input sites at one position, merged into one.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// Input indices, ascending; the first one gives the merged site its tie-breaking rank.
    pub inputs: Vec<u32>,
    /// Sum of their masses.
    pub mass: f64,
}

/// A sound semi-discrete transport problem: source in the plane, distinct sites (unless kept), positive masses.
#[derive(Clone, Debug)]
pub struct Problem {
    domain: Domain,
    density: Density,
    patches: Option<Arc<Patches>>,
    sites: Vec<[f64; 2]>,
    masses: Vec<f64>,
    heights: Option<Heights>,
    source_factor: f64,
    partial: bool,
    rest: Option<f64>,
    site_of_input: Option<Vec<u32>>,
    merges: Vec<Merge>,
}

impl Problem {
    /// Largest number of sites (30-bit triangle indices in the hull).
    pub const MAX_SITES: usize = 500_000_000;

    /// Validates data. Cost: O(n log n) for finding duplicates.
    ///
    /// # Errors
    /// The first defect found, in the order domain, sites, masses, heights.
    ///
    /// ```
    /// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
    /// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    /// let problem = Problem::new(ProblemData::new(square.clone(), vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
    /// assert_eq!(problem.masses(), [0.5, 0.5]);
    /// let bad = Problem::new(ProblemData::new(square, vec![[0.25, f64::NAN]])).unwrap_err();
    /// assert_eq!(bad.to_string(), "sites[0][1] is NaN; every coordinate must be finite");
    /// ```
    pub fn new(data: ProblemData) -> Result<Problem, ProblemError> {
        let ProblemData { domain, density, mut sites, masses, heights, normalize, partial, duplicates } = data;
        density.validate(&domain)?;
        check_sites(&mut sites)?;
        let n = sites.len();
        let masses = masses.unwrap_or_else(|| vec![1.0 / n as f64; n]);
        check_masses(&masses, n)?;
        if let Some(h) = &heights {
            if h.len() != n {
                return Err(ProblemError::LengthMismatch { what: "heights", found: h.len(), expected: n });
            }
            if let Some(site) = h.first_non_finite() {
                return Err(ProblemError::NonFiniteHeight { site });
            }
        }
        let patches = Patches::of(&domain, &density).map(Arc::new);
        if partial && patches.is_some() {
            return Err(ProblemError::PartialPatches);
        }
        let mut problem = Problem {
            domain,
            density,
            patches,
            sites,
            masses,
            heights,
            source_factor: 1.0,
            partial,
            rest: None,
            site_of_input: None,
            merges: Vec::new(),
        };
        if duplicates != Duplicates::Keep {
            problem.merge_duplicates(duplicates)?;
        }
        problem.match_totals(normalize)?;
        Ok(problem)
    }

    fn match_totals(&mut self, normalize: bool) -> Result<(), ProblemError> {
        // Totals to 100 bits: the factor is then right to half an ulp whatever the spread of the masses.
        let total = big::rational_dd(self.masses.iter().fold(Dd::ZERO, |s, &m| s + Dd::from_f64(m)));
        let measure = match &self.patches {
            // Good to 2^-90: what is proved later computes it exactly.
            Some(patches) => big::rational_dd(patches.iter().fold(Dd::ZERO, |s, p| s + p.mass())),
            None => exact_measure(self.domain.frame(), &self.density.exact_law()),
        };
        let (t, m) = (big::nearest_f64(&total), big::nearest_f64(&measure));
        if !(1e-200..=1e200).contains(&t) {
            return Err(ProblemError::TotalOutOfRange { total: t });
        }
        let factor = big::nearest_f64(&big::Rational::from(&total / &measure));
        let sound = |v: f64| (1e-280..=1e280).contains(&v);
        if !sound(m) || !sound(factor) {
            return Err(ProblemError::MeasureOutOfRange { measure: m, total: t });
        }
        let gap = big::nearest_f64(&(big::Rational::from(&total - &measure).abs() / &measure));
        // Without normalization the totals may differ by rounding of the n given masses only.
        let differ = gap > 4.0 * f64::EPSILON * (self.masses.len() as f64).max(4.0);
        if self.partial && differ {
            if total > measure {
                return Err(ProblemError::MoreThanSource { total: t, measure: m });
            }
            self.rest = Some(big::nearest_f64(&(measure - total)));
            return Ok(());
        }
        if !normalize && differ {
            return Err(ProblemError::MassMismatch { total: t, measure: m, gap });
        }
        self.source_factor = factor;
        Ok(())
    }

    fn merge_duplicates(&mut self, duplicates: Duplicates) -> Result<(), ProblemError> {
        let n = self.sites.len();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let key = |i: u32| self.sites[i as usize];
        order.sort_unstable_by(|&a, &b| {
            let (p, q) = (key(a), key(b));
            p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])).then(a.cmp(&b))
        });
        if order.windows(2).all(|w| key(w[0]) != key(w[1])) {
            return Ok(());
        }
        let mut groups: Vec<&[u32]> = order.chunk_by(|&a, &b| key(a) == key(b)).collect();
        groups.sort_unstable_by_key(|g| g[0]);
        if duplicates == Duplicates::Refuse
            && let Some(g) = groups.iter().find(|g| g.len() > 1)
        {
            return Err(ProblemError::DuplicateSites { first: g[0] as usize, second: g[1] as usize });
        }
        let mut site_of_input = vec![0u32; n];
        let (mut sites, mut masses, mut merges) = (Vec::new(), Vec::new(), Vec::new());
        let mut kept = Vec::new();
        for g in &groups {
            let mass = if g.len() == 1 {
                self.masses[g[0] as usize]
            } else {
                big::nearest_f64(&g.iter().map(|&i| big::rational(self.masses[i as usize])).sum())
            };
            g.iter().for_each(|&i| site_of_input[i as usize] = sites.len() as u32);
            if g.len() > 1 {
                merges.push(Merge { inputs: g.to_vec(), mass });
            }
            sites.push(self.sites[g[0] as usize]);
            masses.push(mass);
            // The highest of the given heights is the one that shows.
            kept.push(*g.iter().max_by(|&&a, &&b| self.compare_heights(a, b)).unwrap_or(&g[0]));
        }
        self.heights = self.heights.take().map(|h| h.permuted(&kept));
        (self.sites, self.masses, self.merges) = (sites, masses, merges);
        self.site_of_input = Some(site_of_input);
        Ok(())
    }

    fn compare_heights(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let height = |i: u32| self.heights.as_ref().map(|h| h.get(i as usize));
        height(a).partial_cmp(&height(b)).unwrap_or(std::cmp::Ordering::Equal).then(b.cmp(&a))
    }

    /// Where the source lives.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The convex polygon that the diagram is clipped to ([`Domain::frame`]).
    pub fn frame(&self) -> &ConvexPolygon {
        self.domain.frame()
    }

    /// The patches of the source; `None` if it is one density on one convex polygon.
    pub fn patches(&self) -> Option<&Arc<Patches>> {
        self.patches.as_ref()
    }

    /// Density before normalization.
    pub fn density(&self) -> &Density {
        &self.density
    }

    /// Sites after merging.
    pub fn sites(&self) -> &[[f64; 2]] {
        &self.sites
    }

    /// Masses after merging, all positive.
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// Heights to start from, after merging.
    pub fn heights(&self) -> Option<&Heights> {
        self.heights.as_ref()
    }

    /// The normalized source is `source_factor() * density`; 1 when the totals already agree.
    pub fn source_factor(&self) -> f64 {
        self.source_factor
    }

    /// Whether part of the source may stay ([`ProblemData::partial`]).
    pub fn partial(&self) -> bool {
        self.partial
    }

    /// With partial transport the mass of the source that stays, `mu(X) - sum nu_i`; `None` if there is none: then the problem is balanced.
    pub fn rest(&self) -> Option<f64> {
        self.rest
    }

    /// Groups of input sites that were merged.
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// For every input site the index of its site; `None` when nothing was merged.
    pub fn site_of_input(&self) -> Option<&[u32]> {
        self.site_of_input.as_deref()
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    /// Never true: a problem has at least one site.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }
}

fn check_sites(sites: &mut [[f64; 2]]) -> Result<(), ProblemError> {
    if sites.is_empty() {
        return Err(ProblemError::NoSites);
    }
    if sites.len() > Problem::MAX_SITES {
        return Err(ProblemError::TooManySites { found: sites.len() });
    }
    for (site, y) in sites.iter_mut().enumerate() {
        for (axis, coordinate) in y.iter_mut().enumerate() {
            let value = *coordinate;
            if !value.is_finite() {
                return Err(ProblemError::NonFiniteSite { site, axis, value });
            }
            if value.abs() > 1e140 {
                return Err(ProblemError::SiteOutOfRange { site, axis, value });
            }
            *coordinate = value + 0.0; // -0.0 and 0.0 are the same place
        }
    }
    Ok(())
}

fn check_masses(masses: &[f64], n: usize) -> Result<(), ProblemError> {
    if masses.len() != n {
        return Err(ProblemError::LengthMismatch { what: "masses", found: masses.len(), expected: n });
    }
    for (site, &value) in masses.iter().enumerate() {
        if !value.is_finite() {
            return Err(ProblemError::NonFiniteMass { site, value });
        }
        if value <= 0.0 {
            return Err(ProblemError::NonPositiveMass { site, value });
        }
    }
    Ok(())
}

/// Exact measure of a convex polygon with an affine density: `sum over the fan of area * mean of rho`.
pub fn exact_measure(polygon: &ConvexPolygon, law: &ExactLaw) -> big::Rational {
    let p: Vec<[big::Rational; 2]> =
        polygon.vertices().iter().map(|v| [big::rational(v[0]), big::rational(v[1])]).collect();
    let rho: Vec<big::Rational> = p.iter().map(|x| law.value(x)).collect();
    let mut total = big::Rational::new();
    let difference = |a: &[big::Rational; 2], b: &[big::Rational; 2]| {
        [big::Rational::from(&a[0] - &b[0]), big::Rational::from(&a[1] - &b[1])]
    };
    for k in 1..p.len() - 1 {
        let (a, b) = (difference(&p[k], &p[0]), difference(&p[k + 1], &p[0]));
        let [a0, a1] = a;
        let [b0, b1] = b;
        let twice_area = a0 * b1 - a1 * b0;
        let sum_rho = big::Rational::from(&rho[0] + &rho[k]) + &rho[k + 1];
        total += twice_area * sum_rho / 6u32;
    }
    total
}
