//! Quotients of integers of any size, as the library hands them out.
//!
//! The numbers behind are those of [`big`](super::big); their crate is no part of the public face,
//! so that it may change.

use super::big::{self, Rational};
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::str::FromStr;

/// An exact rational number, `p/q` in lowest terms.
///
/// ```
/// use brenier::Ratio;
/// let third: Ratio = "1/3".parse().unwrap();
/// let half = Ratio::of(0.5).unwrap();
/// assert_eq!((third.clone() + half).to_string(), "5/6");
/// let [low, high] = third.enclosure();
/// assert!(low < high && third.to_f64() == 1.0 / 3.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(Rational);

impl Ratio {
    /// The exact value of a double; `None` if it is not finite.
    pub fn of(x: f64) -> Option<Ratio> {
        x.is_finite().then(|| Ratio(big::rational(x)))
    }

    /// The double nearest to the number, ties to even; infinite beyond the range of doubles.
    pub fn to_f64(&self) -> f64 {
        big::nearest_f64(&self.0)
    }

    /// The doubles next to the number on both sides; both are the number if it is a double.
    pub fn enclosure(&self) -> [f64; 2] {
        let (low, high) = big::enclose(&self.0);
        [low, high]
    }

    /// The numerator in decimal digits, with the sign.
    pub fn numerator(&self) -> String {
        self.0.numer().to_string()
    }

    /// The denominator in decimal digits; positive.
    pub fn denominator(&self) -> String {
        self.0.denom().to_string()
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        self.0.cmp0() == Ordering::Equal
    }

    /// The number as the library computes with it.
    #[doc(hidden)]
    pub fn into_rational(self) -> Rational {
        self.0
    }
}

#[doc(hidden)]
impl From<Rational> for Ratio {
    fn from(r: Rational) -> Ratio {
        Ratio(r)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no rational number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number: write \"1/3\", \"0.1\", \"2.5e-3\" or \"0x1p-3\"")]
pub struct NotRational;

impl FromStr for Ratio {
    type Err = NotRational;

    /// Reads `"p/q"`, decimal and hexadecimal float literals, exactly.
    fn from_str(text: &str) -> Result<Ratio, NotRational> {
        big::parse_rational(text).map(Ratio).ok_or(NotRational)
    }
}

impl Neg for Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        Ratio(-self.0)
    }
}

impl Add for Ratio {
    type Output = Ratio;
    fn add(self, other: Ratio) -> Ratio {
        Ratio(self.0 + other.0)
    }
}

impl Sub for Ratio {
    type Output = Ratio;
    fn sub(self, other: Ratio) -> Ratio {
        Ratio(self.0 - other.0)
    }
}

impl Mul for Ratio {
    type Output = Ratio;
    fn mul(self, other: Ratio) -> Ratio {
        Ratio(self.0 * other.0)
    }
}

impl Div for Ratio {
    type Output = Ratio;

    /// # Panics
    /// If `other` is zero.
    fn div(self, other: Ratio) -> Ratio {
        Ratio(self.0 / other.0)
    }
}

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Ratio>>(terms: I) -> Ratio {
        terms.fold(Ratio::default(), Add::add)
    }
}
