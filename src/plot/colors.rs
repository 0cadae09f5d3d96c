//! From values to colours.

/// A colour scale over the values of the cells, in a fixed number of steps.
///
/// Few steps keep pictures small: all cells of one step share one path.
pub(super) struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

/// Number of colours.
pub(super) const STEPS: usize = 64;

impl Scale {
    /// The scale of some values; logarithmic if they are positive and span a factor of more than
    /// 100. Values that are not finite are ignored. `None` if no value is left or all are equal to
    /// 1e-6.
    pub(super) fn of(values: &[f64]) -> Option<Scale> {
        let linear = Scale::linear(values)?;
        let logarithmic = linear.low > 0.0 && linear.high > 100.0 * linear.low;
        Some(Scale { logarithmic, ..linear })
    }

    /// As [`Scale::of`], never logarithmic.
    pub(super) fn linear(values: &[f64]) -> Option<Scale> {
        let values = values.iter().copied().filter(|v| v.is_finite());
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        (low.is_finite() && high - low > 1e-6 * high.abs()).then_some(Scale { low, high, logarithmic: false })
    }

    fn position(&self, value: f64) -> f64 {
        let t = if self.logarithmic {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Step of a value.
    pub(super) fn step(&self, value: f64) -> usize {
        ((self.position(value) * STEPS as f64) as usize).min(STEPS - 1)
    }

    /// The value at a fraction of the scale.
    pub(super) fn value(&self, t: f64) -> f64 {
        if self.logarithmic { self.low * (self.high / self.low).powf(t) } else { self.low + t * (self.high - self.low) }
    }

    pub(super) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }
}

/// A scale of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ramp {
    /// Dark blue to yellow, even to the eye, also in grey and for those who see fewer colours.
    #[default]
    Viridis,
    /// Dark violet to light yellow.
    Magma,
    /// Blue to yellow, the same for those who see fewer colours.
    Cividis,
    /// Blue, green, yellow, red: many hues.
    Turbo,
    /// White to dark blue, for paper.
    Blues,
    /// White to dark red, for paper.
    Reds,
    /// White to dark grey, for print without colours.
    Greys,
}

impl Ramp {
    /// Colour of a step. Of scales that begin in the dark their darkest tenth is left out, on which
    /// nothing drawn over it can be seen.
    pub(super) fn rgb(self, step: usize) -> [u8; 3] {
        let t = (step as f64 + 0.5) / STEPS as f64;
        let (gradient, from, to) = match self {
            Ramp::Viridis => (colorous::VIRIDIS, 0.1, 1.0),
            Ramp::Magma => (colorous::MAGMA, 0.1, 1.0),
            Ramp::Cividis => (colorous::CIVIDIS, 0.1, 1.0),
            Ramp::Turbo => (colorous::TURBO, 0.05, 0.95),
            Ramp::Blues => (colorous::BLUES, 0.05, 0.9),
            Ramp::Reds => (colorous::REDS, 0.05, 0.9),
            Ramp::Greys => (colorous::GREYS, 0.05, 0.85),
        };
        let c = gradient.eval_continuous(from + (to - from) * t);
        [c.r, c.g, c.b]
    }
}

/// Colour of a step of the usual scale, `#rrggbb`.
pub(super) fn color(step: usize) -> String {
    hex(Ramp::default().rgb(step))
}

/// `#rrggbb`.
pub(super) fn hex(c: [u8; 3]) -> String {
    format!("#{:02x}{:02x}{:02x}", c[0], c[1], c[2])
}

/// Colours of about the same lightness that can be told apart.
pub(super) const PALETTE: [[u8; 3]; 12] = [
    [0x8e, 0xca, 0xe6],
    [0xf4, 0xa2, 0x61],
    [0x90, 0xbe, 0x6d],
    [0xe7, 0x80, 0x66],
    [0xb8, 0xa1, 0xe3],
    [0xf6, 0xd3, 0x65],
    [0x5f, 0xb3, 0xb3],
    [0xe5, 0x98, 0x9b],
    [0xa3, 0xb1, 0x8a],
    [0x7a, 0x9c, 0xc6],
    [0xd4, 0xa3, 0x73],
    [0xc4, 0x90, 0xd1],
];

/// A number in [`PALETTE`] for each of `n` cells, such that the given pairs differ, unless a cell
/// has more neighbours than there are colours. Cells choose in their order, beginning at a colour
/// that their number scatters.
pub(super) fn tints(n: usize, adjacent: &[(u32, u32)]) -> Vec<u8> {
    let mut lower: Vec<(u32, u32)> = adjacent.iter().map(|&(i, j)| (i.max(j), i.min(j))).collect();
    lower.sort_unstable();
    let mut tint = vec![0u8; n];
    let mut rest = &lower[..];
    for i in 0..n as u32 {
        let (own, others) = rest.split_at(rest.partition_point(|p| p.0 <= i));
        rest = others;
        let used = own.iter().fold(0u32, |used, p| used | 1 << tint[p.1 as usize]);
        let start = (i.wrapping_mul(2_654_435_769) >> 16) as usize % PALETTE.len();
        let free = (0..PALETTE.len()).map(|k| (start + k) % PALETTE.len()).find(|k| used >> k & 1 == 0);
        tint[i as usize] = free.unwrap_or(start) as u8;
    }
    tint
}

/// A number for a legend: three digits, without needless zeros.
pub(super) fn number(v: f64) -> String {
    number_to(3, v)
}

/// Numbers of one scale: three digits, or as many as it takes to tell them apart.
pub(super) fn numbers(values: &[f64]) -> Vec<String> {
    let texts = |digits| values.iter().map(|&v| number_to(digits, v)).collect::<Vec<_>>();
    let distinct = |texts: &Vec<String>| texts.windows(2).all(|w| w[0] != w[1]);
    (3..=16).map(texts).find(distinct).unwrap_or_else(|| texts(16))
}

fn number_to(digits: usize, v: f64) -> String {
    if v == 0.0 {
        return "0".into();
    }
    let a = v.abs();
    if !(1e-3..1e5).contains(&a) {
        return format!("{v:.*e}", digits - 1);
    }
    let places = (digits as i32 - 1 - a.log10().floor() as i32).clamp(0, 18) as usize;
    let text = format!("{v:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_scale_differ() {
        assert_eq!(numbers(&[0.0, 0.5, 1.0]), ["0", "0.5", "1"]);
        assert_eq!(numbers(&[0.2, 0.20001, 0.20002]), ["0.2", "0.20001", "0.20002"]);
        assert_eq!(numbers(&[1e7, 1.0001e7]), ["1.0000e7", "1.0001e7"]);
        assert_eq!(numbers(&[0.2, 0.2]), ["0.2", "0.2"], "they need not");
    }

    #[test]
    fn neighbours_have_different_colors() {
        let pairs: Vec<(u32, u32)> = (0..200u32).flat_map(|i| (1..6).map(move |k| (i, (i * k + 7) % 200))).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|p| p.0 != p.1).collect();
        let tint = tints(200, &pairs);
        assert!(pairs.iter().all(|&(i, j)| tint[i as usize] != tint[j as usize]));
        let used = tint.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(used, PALETTE.len(), "all of them are used");
        assert!(tints(3, &[]).iter().all(|&t| (t as usize) < PALETTE.len()));
    }

    #[test]
    fn scales_choose_their_kind() {
        let s = Scale::of(&[1.0, 2.0, 3.0]).unwrap();
        assert!(!s.is_logarithmic());
        assert_eq!((s.step(1.0), s.step(3.0), s.value(0.5)), (0, STEPS - 1, 2.0));
        let s = Scale::of(&[1e-6, f64::NAN, 1.0]).unwrap();
        assert!(s.is_logarithmic() && s.step(1e-3) == STEPS / 2);
        assert!(Scale::of(&[0.1, 0.1 + 1e-12]).is_none());
        assert!(Scale::of(&[]).is_none());
    }

    #[test]
    fn legends_are_short() {
        let texts = [0.0, 0.25, 1234.0, 1.5e-7, 0.012345, 7.0].map(number);
        assert_eq!(texts, ["0", "0.25", "1234", "1.50e-7", "0.0123", "7"]);
    }
}
