//! Every predicate on every kind of finite double: filtered sign == `_exact` twin == determinant
//! computed here; swaps and exact scalings do what algebra says; ties as an explicit tiny epsilon
//! breaks them.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::exact::predicates::{
    EdgePoint, Lifted, above, above_exact, above_line, above_line_exact, above_line_sign, above_sign, dot_sign,
    dot_sign_exact, orient2d, orient2d_exact, side_e, side_e_exact, side_e_sign, side_v, side_v_exact, side_v_sign,
};
use brenier::exact::{Counters, Dd};
use brenier_fuzz::input::{dd, doubles};
use brenier_fuzz::oracle::{self, rational, rational_dd};
use libfuzzer_sys::fuzz_target;
use rug::{Integer, Rational};

fuzz_target!(|data: &[u8]| {
    // Bytes that end too early are no instance.
    let _ = run(&mut Unstructured::new(data));
});

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let (x, mut y) = (doubles::<4>(u)?, doubles::<4>(u)?);
    let (hi, lo): ([f64; 4], [f64; 4]) = (doubles(u)?, doubles(u)?);
    let [normal, double_only]: [bool; 2] = u.arbitrary()?;
    let line = u.int_in_range(0..=5u8)?;
    match line {
        0 => y = x,
        1 => y = [y[0]; 4],
        2 => y = x.map(|v| -v),
        _ => {}
    }
    let h: Vec<Dd> = (0..4).map(|k| dd(hi[k], if double_only { 0.0 } else { lo[k] }, normal)).collect();
    let sites: Vec<[f64; 2]> = (0..4).map(|k| [x[k], y[k]]).collect();
    let mut rank = [0, 1, 2, 3u32];
    for k in (1..4).rev() {
        rank.swap(k, u.int_in_range(0..=k)?);
    }
    let scale = [u.int_in_range(-40..=40)?, u.int_in_range(-40..=40)?];
    let p: Vec<Lifted> = (0..4).map(|k| Lifted::new(sites[k], h[k])).collect();
    let truth = oracle::Lifted::new(&sites, &h);
    let mut counters = Counters::default();
    orientation(&sites, &truth, scale, &mut counters);
    planes(&p, &truth, rank, scale, &mut counters);
    if line < 3 {
        lines(&p, &truth, rank, &mut counters);
    }
    let ends: [f64; 4] = doubles(u)?;
    let ends = EdgePoint { p: [ends[0], ends[1]], q: [ends[2], ends[3]] };
    sides(&p, ends, rank, &mut counters);
    Ok(())
}

/// `x 2^k` if that is exact.
fn scaled(x: f64, k: i32) -> Option<f64> {
    let y = x * 2f64.powi(k);
    (y.is_finite() && y * 2f64.powi(-k) == x).then_some(y)
}

fn scaled_site(p: [f64; 2], k: [i32; 2]) -> Option<[f64; 2]> {
    Some([scaled(p[0], k[0])?, scaled(p[1], k[1])?])
}

fn orientation(s: &[[f64; 2]], truth: &oracle::Lifted, k: [i32; 2], counters: &mut Counters) {
    let mut o = |a: usize, b: usize, c: usize| orient2d(s[a], s[b], s[c], counters);
    let sign = o(0, 1, 2);
    assert_eq!(sign, orient2d_exact(s[0], s[1], s[2]));
    assert_eq!(sign, truth.orientation([0, 1, 2]));
    assert_eq!([o(1, 2, 0), o(2, 0, 1)], [sign; 2]);
    assert_eq!([o(1, 0, 2), o(0, 2, 1), o(2, 1, 0)], [-sign; 3]);
    assert_eq!([o(0, 0, 1), o(0, 1, 0), o(1, 0, 0)], [0; 3]);
    if let [Some(a), Some(b), Some(c)] = [0, 1, 2].map(|i| scaled_site(s[i], k)) {
        assert_eq!(sign, orient2d(a, b, c, counters), "scaled by 2^{k:?}");
    }
    let dot = dot_sign(s[0], s[1], s[2], s[3]);
    assert_eq!(dot, dot_sign_exact(s[0], s[1], s[2], s[3]));
    let d = |a: usize, b: usize, c: usize| rational(s[a][c]) - rational(s[b][c]);
    assert_eq!(dot, (d(0, 1, 0) * d(2, 3, 0) + d(0, 1, 1) * d(2, 3, 1)).cmp0() as i32);
    assert_eq!([dot_sign(s[1], s[0], s[2], s[3]), dot_sign(s[2], s[3], s[0], s[1])], [-dot, dot]);
}

fn planes(p: &[Lifted], truth: &oracle::Lifted, rank: [u32; 4], k: [i32; 2], counters: &mut Counters) {
    let mut f = |i: [usize; 4]| above_sign(&p[i[0]], &p[i[1]], &p[i[2]], &p[i[3]], counters);
    let sign = f([0, 1, 2, 3]);
    assert_eq!(sign, above_exact(&p[0], &p[1], &p[2], &p[3]));
    assert_eq!(sign, truth.above([0, 1, 2, 3]));
    assert_eq!([f([1, 2, 0, 3]), f([2, 0, 1, 3]), f([1, 0, 3, 2])], [sign; 3]);
    assert_eq!([f([1, 0, 2, 3]), f([0, 2, 1, 3]), f([3, 1, 2, 0]), f([0, 1, 3, 2])], [-sign; 4]);
    let lift = |q: &Lifted| -> Option<Lifted> {
        let h = Dd { hi: scaled(q.h.hi, k[1])?, lo: scaled(q.h.lo, k[1])? };
        Some(Lifted::new(scaled_site(q.site(), [k[0], k[0]])?, h))
    };
    if let [Some(a), Some(b), Some(c), Some(d)] = [0, 1, 2, 3].map(|i| lift(&p[i])) {
        assert_eq!(sign, above_sign(&a, &b, &c, &d, counters), "scaled by 2^{k:?}");
    }
    // The perturbed predicate wants a counter-clockwise triangle.
    let turn = truth.orientation([0, 1, 2]);
    if turn != 0 {
        let i = if turn > 0 { [0, 1, 2, 3] } else { [1, 0, 2, 3] };
        let found = above(i.map(|k| &p[k]), || i.map(|k| rank[k]), counters);
        assert_eq!(found, truth.above_perturbed(i, &rank) > 0, "ranks {rank:?}");
    }
}

fn lines(p: &[Lifted], truth: &oracle::Lifted, rank: [u32; 4], counters: &mut Counters) {
    for [a, b, d] in [[0, 1, 2], [1, 0, 2], [2, 3, 0], [0, 3, 3]] {
        if p[a].site() == p[b].site() {
            continue;
        }
        let sign = above_line_sign(&p[a], &p[b], &p[d], counters);
        assert_eq!(sign, above_line_exact(&p[a], &p[b], &p[d]));
        assert_eq!(sign, truth.above_line([a, b, d], None));
        assert_eq!(sign, above_line_sign(&p[b], &p[a], &p[d], counters));
        if d != a && d != b {
            let found = above_line([&p[a], &p[b], &p[d]], [a, b, d].map(|k| rank[k]), counters);
            assert_eq!(found, truth.above_line([a, b, d], Some(&rank)) > 0, "ranks {rank:?}");
        }
    }
}

/// `s_ij(x)` with heights raised by given amounts.
fn s(i: (&Lifted, &Rational), j: (&Lifted, &Rational), x: [f64; 2]) -> Rational {
    let d = |a: f64, b: f64| rational(a) - rational(b);
    let (a, b) = (i.0, j.0);
    let linear = d(a.x, b.x) * rational(x[0]) + d(a.y, b.y) * rational(x[1]);
    linear + rational_dd(a.h) - rational_dd(b.h) + i.1 - j.1
}

fn sides(p: &[Lifted], at: EdgePoint, rank: [u32; 4], counters: &mut Counters) {
    let zero = Rational::new();
    let plain = |i: usize, j: usize, x: [f64; 2]| s((&p[i], &zero), (&p[j], &zero), x);
    let v = side_v_sign(&p[0], &p[1], at.p, counters);
    assert_eq!(v, side_v_exact(&p[0], &p[1], at.p));
    assert_eq!(v, plain(0, 1, at.p).cmp0() as i32);
    assert_eq!(v, -side_v_sign(&p[1], &p[0], at.p, counters));
    let wins = if v == 0 { rank[0] < rank[1] } else { v > 0 };
    assert_eq!(side_v(&p[0], &p[1], at.p, [rank[0], rank[1]], counters), wins);

    let e = side_e_sign(&p[0], &p[1], &p[2], at, counters);
    assert_eq!(e, side_e_exact(&p[0], &p[1], &p[2], at));
    let n =
        |f: &dyn Fn(usize, usize, [f64; 2]) -> Rational| f(0, 1, at.p) * f(0, 2, at.q) - f(0, 1, at.q) * f(0, 2, at.p);
    let plain_n = n(&plain);
    assert_eq!(e, plain_n.cmp0() as i32);
    let back = EdgePoint { p: at.q, q: at.p };
    assert_eq!(e, -side_e_sign(&p[0], &p[1], &p[2], back, counters));
    // Does i win at p and j at q, after the perturbation?
    let ranks = [rank[0], rank[1]];
    if !side_v(&p[0], &p[1], at.p, ranks, counters) || side_v(&p[0], &p[1], at.q, ranks, counters) {
        return;
    }
    if e == 0 {
        // All numbers are multiples of 2^-4300 and below 2^4300; the product of two epsilons must
        // stay below one.
        let raise: Vec<Rational> =
            (0..3).map(|k| Rational::from((Integer::from(1), Integer::from(1) << (9000 * (rank[k] + 1))))).collect();
        let raised = |i: usize, j: usize, x: [f64; 2]| s((&p[i], &raise[i]), (&p[j], &raise[j]), x);
        let expected = n(&raised).cmp0() as i32;
        assert_ne!(expected, 0);
        assert_eq!(
            side_e(&p[0], &p[1], &p[2], at, [rank[0], rank[1], rank[2]], counters),
            expected > 0,
            "ranks {rank:?}"
        );
    } else {
        assert_eq!(side_e(&p[0], &p[1], &p[2], at, [rank[0], rank[1], rank[2]], counters), e > 0);
    }
}
