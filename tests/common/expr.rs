//! Expressions such as `100+3*cos(2*pi/5)`, evaluated in rationals.
//!
//! `+ - * /` on rationals are exact. `sqrt`, `cos`, `sin`, `acos` and `pi` are computed to 200
//! binary places; a value that used one of them says so.

use super::oracle::{Q, int};
use rug::Integer;

const BITS: u32 = 220;

/// A value and whether it is exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub value: Q,
    pub exact: bool,
}

/// Evaluates `text`; panics with the text on a syntax error (the texts are ours).
pub fn evaluate(text: &str) -> Value {
    let mut parser = Parser { text: text.as_bytes(), at: 0, exact: true };
    let value = parser.sum();
    assert!(parser.peek().is_none(), "cannot read all of {text:?}");
    Value { value, exact: parser.exact }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    exact: bool,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn take(&mut self, c: u8) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn sum(&mut self) -> Q {
        let mut value = self.product();
        loop {
            if self.take(b'+') {
                value += self.product();
            } else if self.take(b'-') {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> Q {
        let mut value = self.factor();
        loop {
            if self.take(b'*') {
                value *= self.factor();
            } else if self.take(b'/') {
                value /= self.factor();
            } else {
                return value;
            }
        }
    }

    /// A signed atom with an optional `^n`.
    fn factor(&mut self) -> Q {
        if self.take(b'-') {
            return -self.factor();
        }
        let base = self.atom();
        if !self.take(b'^') {
            return base;
        }
        let negative = self.take(b'-');
        let n = self.word(|c| c.is_ascii_digit());
        let n: u32 = n.parse().expect("an integer exponent");
        let p = (0..n).fold(int(1), |p, _| p * &base);
        if negative { p.recip() } else { p }
    }

    fn word(&mut self, part: impl Fn(u8) -> bool) -> String {
        self.peek();
        let from = self.at;
        while self.text.get(self.at).is_some_and(|&c| part(c)) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[from..self.at]).into_owned()
    }

    fn atom(&mut self) -> Q {
        if self.take(b'(') {
            let value = self.sum();
            assert!(self.take(b')'), "missing )");
            return value;
        }
        if self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
            let name = self.word(|c| c.is_ascii_alphabetic());
            self.exact = false;
            if name == "pi" {
                return pi();
            }
            assert!(self.take(b'('), "missing ( after {name}");
            let x = self.sum();
            assert!(self.take(b')'), "missing )");
            return match name.as_str() {
                "sqrt" => sqrt(&x),
                "sin" => sine(&x),
                "cos" => sine(&(x + pi() / 2)),
                "acos" => arccosine(&x),
                _ => panic!("unknown function {name}"),
            };
        }
        let whole = self.word(|c| c.is_ascii_digit());
        let part = if self.take(b'.') { self.word(|c| c.is_ascii_digit()) } else { String::new() };
        let digits: Integer = format!("{whole}{part}").parse().expect("a number");
        Q::from(digits) / Integer::from(Integer::u_pow_u(10, part.len() as u32))
    }
}

/// Rounds to `BITS` binary places, so that chains of operations stay small.
fn round(x: Q) -> Q {
    let scaled = x << BITS;
    Q::from(scaled.round().numer()) >> BITS
}

fn sqrt(x: &Q) -> Q {
    let scaled = Q::from(x << (2 * BITS)).floor();
    Q::from(scaled.numer().clone().sqrt()) >> BITS
}

/// Machin: pi = 16 atan(1/5) - 4 atan(1/239).
fn pi() -> Q {
    let atan_inverse = |n: i64| {
        let (mut sum, mut term, mut k) = (Q::new(), Q::from((1, n)), 0i64);
        while Q::from(&term << BITS) > 1 {
            let t = Q::from(&term / (2 * k + 1));
            if k % 2 == 0 {
                sum += t
            } else {
                sum -= t
            }
            term /= n * n;
            k += 1;
        }
        sum
    };
    round(atan_inverse(5) * 16 - atan_inverse(239) * 4)
}

/// Taylor series after reduction to [-pi, pi].
fn sine(x: &Q) -> Q {
    let turn = pi() * 2;
    let turns = Q::from(x / &turn).round();
    let x = round(x - (turns * &turn));
    let square = round(Q::from(&x * &x));
    let (mut sum, mut term, mut k) = (Q::new(), x, 1i64);
    while Q::from(term.abs_ref()) << BITS > 1 {
        sum += &term;
        term = -round(term * &square) / ((k + 1) * (k + 2));
        k += 2;
    }
    round(sum)
}

/// Newton's method on the cosine, from the double.
fn arccosine(x: &Q) -> Q {
    let mut a = Q::from_f64(x.to_f64().acos()).expect("finite");
    for _ in 0..4 {
        let slope = sine(&a);
        a = round(&a + (sine(&(&a + pi() / 2)) - x) / slope);
    }
    a
}
