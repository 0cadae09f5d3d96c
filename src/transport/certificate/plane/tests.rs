//! What rounding loses on the way to the upper bound is charged, and sums are told from what is
//! near them.

use super::*;
use crate::domain::ConvexPolygon;
use crate::problem::ProblemData;

fn cell(sign: Ordering, amount: Integer, centre: [Dd; 2]) -> Cell {
    Cell { mass: 0.5, centre: Some(centre), sign, amount, relative: [0.0; 2] }
}

/// Two sites, the first with a surplus `r` about a centroid: the gap is no less than `r s`, the
/// slackness of the only plan.
#[test]
fn the_gap_covers_what_rounding_leaves_out() {
    let sites = [[3.0, 5.0], [-8.0, 4.0]];
    let square = ConvexPolygon::rectangle([-1.0, -1.0], [1.0, 1.0]).unwrap();
    let problem = Problem::new(ProblemData::new(square, sites.to_vec())).unwrap();
    let heights = Heights::from_f64(&[7.0, 0.25]);
    let bits = 320;
    let mut charged = 0;
    for k in 0..400u32 {
        // Just below one more unit of 2^-bits, which the amount has lost.
        let amount: Integer = (Integer::from(1) << (bits - 3)) + k;
        let r = (Rational::from(&amount) + Rational::from((999_999, 1_000_000))) >> bits;
        let third = |k: u32| Fraction::from(Rational::from((2 * k + 1, 3 * k + 7)));
        let (centre, exact) = match k % 2 {
            0 => ([Dd::ZERO; 2], [Rational::new(), Rational::new()]),
            _ => ([k, k + 5].map(|k| third(k).near_dd()), [k, k + 5].map(|k| third(k).reduced())),
        };
        let cells = [cell(Ordering::Greater, amount.clone(), centre), cell(Ordering::Less, amount + 2u32, centre)];
        let s: Rational = (0..2).map(|c| Rational::from(&exact[c] * &big::rational(sites[0][c] - sites[1][c]))).sum();
        let s = (s + big::rational(6.75)) * 2u32;
        let gap = plan_gap(&problem, &heights, &cells, bits);
        let least = r * s;
        assert!(least <= gap, "{k}: {}", Rational::from(&gap - &least).to_f64());
        assert!(gap <= Rational::from(&least * &(Rational::from(1) + (Rational::from(1) >> 90u32))), "{k}: too much");
        let rounded = centre.map(big::rational_dd);
        charged += usize::from(exact[0] > rounded[0] && exact[1] > rounded[1]);
    }
    assert!(charged > 30, "{charged}");
}

/// A centroid at the very end of what it may be off.
#[test]
fn the_gap_covers_what_a_centroid_may_be_off() {
    let square = ConvexPolygon::rectangle([-1.0, -1.0], [1.0, 1.0]).unwrap();
    for (to, sign) in [([-1.0, 0.0], 1), ([3.0, 0.0], -1)] {
        let problem = Problem::new(ProblemData::new(square.clone(), vec![[1.0, 0.0], to])).unwrap();
        let centre = [Dd::from_f64(0.75), Dd::ZERO];
        let amount: Integer = Integer::from(1) << 310u32;
        let cells = [cell(Ordering::Greater, amount.clone(), centre), cell(Ordering::Less, amount, centre)];
        let gap = plan_gap(&problem, &Heights::from_f64(&[5.0, 0.0]), &cells, 320);
        let off = (Rational::from((3, 4)) >> CENTRE) * sign;
        let worst = (Rational::from((3, 4)) + off) * (2 * sign) + 5;
        assert!(worst * 2u32 / 1024u32 <= gap);
    }
}

#[test]
fn many_masses_are_told_from_another_total() {
    let third = Rational::from((1, 3));
    for few in [true, false] {
        let mut sums = Sums::new(320, few);
        for _ in 0..3 {
            let mut part = Sums::new(320, few);
            part.mass.add(&third);
            if let Some(masses) = &mut part.exact {
                masses.push(third.clone());
            }
            sums.merge(part);
        }
        assert!(sums.total_is(&Rational::from(1)));
        let tiny = Rational::from(1) >> 300u32;
        assert!(!sums.total_is(&Rational::from(1 + &tiny)) && !sums.total_is(&Rational::from(1 - &tiny)));
    }
}
