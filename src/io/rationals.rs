//! Numbers of a problem file that are written as rationals and are no doubles: by what they become
//! doubles all together, and how far off they are when each is rounded.
//!
//! A problem with such numbers is read three times. The first time each is rounded. The second time
//! the odd parts of their denominators are collected, those of lengths, masses and densities apart,
//! and the third time every number comes multiplied, if that makes doubles of all of them.

use crate::exact::big::{self, Integer, Rational};
use crate::exact::{Ratio, dd};

/// What a number is of. Numbers of one class are multiplied by one factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Site,
    Domain,
    /// Corners of an image.
    Corner,
    Mass,
    /// `a`, `b`, `c` of a half-space.
    Normal,
    /// `d` of it.
    Offset,
    /// Slopes of an affine density.
    Slope,
    /// Its constant.
    Constant,
    /// Values of a density.
    Value,
    Height,
    /// No number of the problem.
    Other,
}

impl Class {
    /// Of an entry of a list.
    fn of(list: &str, index: Option<usize>) -> Class {
        match list {
            "sites" => Class::Site,
            "masses" => Class::Mass,
            "density.g" => Class::Slope,
            "density.c" => Class::Constant,
            "density.values" => Class::Value,
            "density.min" | "density.max" => Class::Corner,
            "heights" | "heights_lo" | "weights" => Class::Height,
            "domain.halfspaces" if index == Some(3) => Class::Offset,
            "domain.halfspaces" => Class::Normal,
            // Rings of polygons are told by what they belong to.
            "" => Class::Domain,
            _ if list.starts_with("domain.") => Class::Domain,
            _ => Class::Other,
        }
    }
}

/// What is done with numbers while they are read.
pub(super) enum Pass {
    Tally(Tally),
    Times(Box<Times>),
}

impl Pass {
    /// A number of the file, as the rational it is and as the double nearest to that.
    pub(super) fn rational(&mut self, (list, index): (&str, Option<usize>), r: &Rational, rounded: f64) -> f64 {
        match self {
            Pass::Tally(tally) => {
                tally.see(Class::of(list, index), r, rounded);
                rounded
            }
            Pass::Times(times) => {
                let r = Rational::from(r * times.factor(Class::of(list, index)).0);
                let value = big::nearest_f64(&r);
                times.seen(list, index, value.is_finite() && big::rational(value) == r);
                value
            }
        }
    }

    /// A number that is a double.
    pub(super) fn double(&mut self, (list, index): (&str, Option<usize>), v: f64) -> f64 {
        let Pass::Times(times) = self else { return v };
        let (exact, by) = times.factor(Class::of(list, index));
        if by == 1.0 || v == 0.0 || !v.is_finite() {
            return v;
        }
        // Products of tiny numbers lose what two_prod would tell, and large factors are no doubles.
        if v.abs() < 1e-250 || exact.numer().significant_bits() > MOST_BITS {
            let r = big::rational(v);
            return self.rational((list, index), &r, v);
        }
        let (value, rest) = dd::two_prod(v, by);
        times.seen(list, index, rest == 0.0 && value.is_finite());
        value
    }
}

/// Odd parts of denominators, and the most that rounding does.
#[derive(Debug)]
pub(super) struct Tally {
    lengths: Integer,
    masses: Integer,
    densities: Integer,
    normals: Integer,
    heights: Integer,
    pub(super) off: Off,
}

/// By how much numbers are off when each is rounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Off {
    /// Coordinates of sites.
    pub(super) sites: f64,
    /// Coordinates of the domain.
    pub(super) domain: f64,
    /// Masses, relatively.
    pub(super) masses: f64,
    /// Whether anything else is that the cost depends on: densities, half-spaces.
    pub(super) other: bool,
}

impl Default for Tally {
    fn default() -> Tally {
        let [lengths, masses, densities, normals, heights] = [0; 5].map(|_| Integer::from(1));
        Tally { lengths, masses, densities, normals, heights, off: Off::default() }
    }
}

/// Factors beyond this would leave no bits for numbers.
const MOST_BITS: u32 = 53;

impl Tally {
    fn see(&mut self, class: Class, r: &Rational, rounded: f64) {
        let all = match class {
            Class::Site | Class::Domain | Class::Corner => &mut self.lengths,
            Class::Mass => &mut self.masses,
            Class::Slope | Class::Constant | Class::Value => &mut self.densities,
            Class::Normal | Class::Offset => &mut self.normals,
            Class::Height => &mut self.heights,
            Class::Other => return,
        };
        let mut odd = r.denom().clone();
        odd >>= odd.find_one(0).unwrap_or(0);
        if all.significant_bits() <= MOST_BITS {
            all.lcm_mut(&odd);
        }
        if !rounded.is_finite() {
            return;
        }
        let off = (r - big::rational(rounded)).abs();
        if off.cmp0().is_eq() {
            return;
        }
        let up = |off: &Rational| big::enclose(off).1;
        match class {
            Class::Site => self.off.sites = self.off.sites.max(up(&off)),
            Class::Domain => self.off.domain = self.off.domain.max(up(&off)),
            Class::Mass if rounded != 0.0 => {
                self.off.masses = self.off.masses.max(up(&(off / big::rational(rounded).abs())));
            }
            Class::Height | Class::Other => {}
            _ => self.off.other = true,
        }
    }

    /// The factors that make doubles of all numbers, if there are some of at most 53 bits; those of
    /// heights count or not. `equal`: masses are not given, but so many and equal.
    pub(super) fn times(&self, with_heights: bool, equal: Option<usize>) -> Option<Times> {
        let mut lengths = self.lengths.clone();
        if with_heights {
            lengths.lcm_mut(&self.heights);
        }
        let masses = match equal {
            Some(n) => Integer::from(n),
            None => self.masses.clone(),
        };
        let square = Integer::from(&lengths * &lengths);
        let constants = Integer::from(&lengths * &self.densities);
        let offsets = Integer::from(&lengths * &self.normals);
        let (densities, normals, one) = (self.densities.clone(), self.normals.clone(), Integer::from(1));
        let all = [lengths, masses, densities, normals, square, constants, offsets, one];
        // Heights are double-doubles.
        let fit = |(k, factor): (usize, &Integer)| k == 4 || factor.significant_bits() <= MOST_BITS;
        if !all.iter().enumerate().all(fit) {
            return None;
        }
        let all = all.map(Rational::from);
        Some(Times { doubles: all.each_ref().map(big::nearest_f64), all, affine: false, failed: None, lost: false })
    }
}

/// Factors, and whether they serve.
pub(super) struct Times {
    /// Of lengths, masses, densities, normals, heights, constants of a density, offsets, and
    /// others.
    all: [Rational; 8],
    doubles: [f64; 8],
    affine: bool,
    /// The first number that the factors make no double of.
    pub(super) failed: Option<String>,
    /// Whether they make no double of a height.
    pub(super) lost: bool,
}

impl Times {
    fn factor(&mut self, class: Class) -> (&Rational, f64) {
        let k = match class {
            Class::Site | Class::Domain | Class::Corner => 0,
            Class::Mass => 1,
            Class::Value => 2,
            Class::Slope => {
                self.affine = true;
                2
            }
            Class::Normal => 3,
            Class::Height => 4,
            Class::Constant => 5,
            Class::Offset => 6,
            Class::Other => 7,
        };
        (&self.all[k], self.doubles[k])
    }

    fn seen(&mut self, list: &str, index: Option<usize>, exact: bool) {
        if exact || self.failed.is_some() {
            return;
        }
        if Class::of(list, index) == Class::Height {
            self.lost = true;
            return;
        }
        let list = if list.is_empty() { "a ring of the domain" } else { list };
        self.failed = Some(index.map_or_else(|| list.to_string(), |k| format!("{list}[{k}]")));
    }

    /// Whether only heights are multiplied, or nothing.
    pub(super) fn are_one(&self) -> bool {
        self.all.iter().enumerate().all(|(k, f)| k == 4 || *f == 1)
    }

    /// Whether nothing but masses is multiplied.
    pub(super) fn are_of_masses(&self) -> bool {
        self.all.iter().enumerate().all(|(k, f)| k == 1 || *f == 1)
    }

    /// Whether values of the density are multiplied.
    pub(super) fn change_values(&self) -> bool {
        self.all[2] != 1
    }

    /// Factors of lengths, of masses, and of the density at the same places.
    pub(super) fn scales(&self) -> [Ratio; 3] {
        let density = if self.affine { &self.all[5] } else { &self.all[2] };
        [self.all[0].clone().into(), self.all[1].clone().into(), density.clone().into()]
    }
}
