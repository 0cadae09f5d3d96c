//! The unknowns: one double-double height per site.

use super::big;
use super::dd::Dd;
use rayon::prelude::*;

/// A mean so many times as great as what it leaves has taken digits that a second one gives back.
const COMMON: f64 = 256.0;

/// Heights `h_i = hi_i + lo_i` of the sites; `cell_i = {x : <x,y_i> + h_i maximal}`.
///
/// Relation to weights: `w_i = |y_i|^2 + 2 h_i`. Adding one constant to all heights changes no
/// cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heights {
    values: Vec<Dd>,
}

impl Heights {
    /// All heights zero.
    pub fn zeros(n: usize) -> Heights {
        Heights { values: vec![Dd::ZERO; n] }
    }

    /// Takes the given values; each pair is renormalised so that `lo` is at most half an ulp of
    /// `hi`.
    pub fn new(values: impl IntoIterator<Item = Dd>) -> Heights {
        Heights { values: values.into_iter().map(|v| Dd::sum(v.hi, v.lo)).collect() }
    }

    /// [`Heights::new`], in parallel.
    pub fn of_parallel(values: impl IndexedParallelIterator<Item = Dd>) -> Heights {
        Heights { values: values.map(|v| Dd::sum(v.hi, v.lo)).collect() }
    }

    /// `h_i + t d_i`, rounded to double-double; one `d_i` per height. Cost: O(n), in parallel.
    pub fn stepped(&self, t: f64, direction: &[f64]) -> Heights {
        let moved = |(h, d): (&Dd, &f64)| {
            let v = *h + Dd::from_f64(t * d);
            Dd::sum(v.hi, v.lo)
        };
        Heights { values: self.values.par_iter().zip(direction).map(moved).collect() }
    }

    /// Heights that are plain doubles.
    pub fn from_f64(values: &[f64]) -> Heights {
        Heights { values: values.iter().map(|&v| Dd::from_f64(v)).collect() }
    }

    /// Heights of power weights, `h_i = (w_i - |y_i|^2)/2` correctly rounded to double-double.
    ///
    /// The second value counts the heights that are not exact. Of lists of different lengths what
    /// is more of either is left out. Numbers must be finite; a height beyond the range of doubles
    /// becomes infinite (callers check [`Heights::first_non_finite`]).
    pub fn from_weights<const D: usize>(sites: &[[f64; D]], weights: &[f64]) -> (Heights, usize) {
        let mut rounded = 0;
        let values = sites
            .iter()
            .zip(weights)
            .map(|(y, &w)| {
                let (h, exact) = big::height_of_weight(*y, w);
                rounded += usize::from(!exact);
                h
            })
            .collect();
        (Heights { values }, rounded)
    }

    /// The weights `w_i = |y_i|^2 + 2 h_i`, each the double nearest to its exact value.
    pub fn to_weights<const D: usize>(&self, sites: &[[f64; D]]) -> Vec<f64> {
        self.values.par_iter().zip(sites).map(|(&h, y)| big::weight_of_height(*y, h)).collect()
    }

    /// Heights of the same weights at sites that have moved,
    /// `h_i' = h_i - <y_i + y_i', y_i' - y_i> / 2`: a start for solving again.
    ///
    /// The power `|x - y_i|^2 - w_i` moves with its site, so each cell follows its site; cell `j`
    /// is not empty if `|y_i' - y_j'|^2 > w_i - w_j` for all `i`, for then it contains `y_j'`
    /// (theory/quantization.md). A site that stays keeps its height to the bit. Best where sites
    /// are near their cells. If all sites go to `s y_i + t`, the right heights are `s h_i` instead.
    ///
    /// One site of each list per height. Rounding is that of double-doubles, relative to `|y|^2`.
    /// Cost: O(n).
    ///
    /// ```
    /// use brenier::exact::Heights;
    /// let moved = Heights::zeros(2).moved(&[[1.0, 0.0], [3.0, 0.0]], &[[1.0, 0.0], [5.0, 0.0]]);
    /// assert_eq!(moved.hi(), [0.0, -8.0]); // (|y|^2 - |y'|^2) / 2
    /// ```
    pub fn moved<const D: usize>(&self, before: &[[f64; D]], after: &[[f64; D]]) -> Heights {
        let sites = before.iter().zip(after);
        Heights::new(self.values.iter().zip(sites).map(|(&h, (y, z))| {
            let along = |k: usize| Dd::sum(y[k], z[k]) * Dd::difference(z[k], y[k]);
            h - (0..D).map(along).fold(Dd::ZERO, |s, a| s + a).scale(0.5)
        }))
    }

    /// Number of heights.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// No heights at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Height of site `i`. Panics if `i` is out of range, as slices do.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Dd {
        self.values[i]
    }

    /// Sets the height of site `i`. Panics if `i` is out of range, as slices do.
    pub fn set(&mut self, i: usize, h: Dd) {
        self.values[i] = h;
    }

    /// All heights in order.
    pub fn as_slice(&self) -> &[Dd] {
        &self.values
    }

    /// Index of the first height that is not finite.
    pub fn first_non_finite(&self) -> Option<usize> {
        self.values.iter().position(|h| !h.is_finite())
    }

    /// The leading doubles.
    pub fn hi(&self) -> Vec<f64> {
        self.values.iter().map(|h| h.hi).collect()
    }

    /// The trailing doubles.
    pub fn lo(&self) -> Vec<f64> {
        self.values.iter().map(|h| h.lo).collect()
    }

    /// Heights in another order: entry `k` of the result is entry `order[k]` of `self`. Panics if
    /// there is none, as slices do.
    pub fn permuted(&self, order: &[u32]) -> Heights {
        Heights { values: order.iter().map(|&i| self.values[i as usize]).collect() }
    }

    /// Subtracts the mass-weighted mean, so that `sum nu_i h_i = 0` up to rounding (2^-100
    /// relative). Once more where most of the heights was common to all: what is left of those has
    /// the rounding of what is gone.
    ///
    /// ```
    /// use brenier::exact::{Dd, Heights};
    /// let one = Dd::from_f64(1.0);
    /// let mut heights = Heights::new([1e-22, 4e-22, 7.3e-22].map(|h| one + Dd::from_f64(h)));
    /// heights.gauge(&[0.3, 0.5, 0.2]);
    /// let sum = heights.get(0).times(0.3) + heights.get(1).times(0.5) + heights.get(2).times(0.2);
    /// assert!(sum.to_f64().abs() < 1e-50 && (heights.get(1).to_f64() - 0.24e-22).abs() < 1e-31);
    /// ```
    pub fn gauge(&mut self, masses: &[f64]) {
        for _ in 0..3 {
            let (mut total, mut moment) = (Dd::ZERO, Dd::ZERO);
            for (&h, &m) in self.values.iter().zip(masses) {
                total = total + Dd::from_f64(m);
                moment = moment + h.times(m);
            }
            let mean = moment.over(total);
            if !(total.hi > 0.0 && mean.is_finite()) {
                return;
            }
            self.values.iter_mut().for_each(|h| *h = *h - mean);
            let left = self.values.iter().fold(0.0, |left: f64, h| left.max(h.hi.abs()));
            if mean.hi.abs() <= COMMON * left {
                return;
            }
        }
    }
}
