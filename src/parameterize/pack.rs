//! Charts side by side in the unit square.

/// Free space around each chart, as a share of its longer side.
const GAP: f64 = 0.01;

/// Where a chart goes: `p -> scale (p - from) + to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placement {
    pub scale: f64,
    pub from: [f64; 2],
    pub to: [f64; 2],
}

impl Placement {
    pub fn apply(&self, p: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|c| (p[c] - self.from[c]) * self.scale + self.to[c])
    }
}

/// Places boxes `(low, high)`, to be scaled by the given factors relative to one another, on
/// shelves that fill the unit square as well as a few widths of shelves allow. One box fills it.
/// Cost: O(n log n).
pub(super) fn packed(boxes: &[([f64; 2], [f64; 2])], factor: &[f64]) -> Vec<Placement> {
    let size = |i: usize| [0, 1].map(|c| (boxes[i].1[c] - boxes[i].0[c]) * factor[i]);
    if let [(low, high)] = boxes {
        let longest = (high[0] - low[0]).max(high[1] - low[1]);
        return vec![Placement { scale: 1.0 / longest, from: *low, to: [0.0; 2] }];
    }
    let padded = |i: usize| {
        let s = size(i);
        let gap = GAP * s[0].max(s[1]);
        [s[0] + 2.0 * gap, s[1] + 2.0 * gap]
    };
    let mut order: Vec<usize> = (0..boxes.len()).collect();
    order.sort_by(|&i, &j| padded(j)[1].total_cmp(&padded(i)[1]).then(i.cmp(&j)));
    let area: f64 = order.iter().map(|&i| padded(i)[0] * padded(i)[1]).sum();
    let widest = order.iter().map(|&i| padded(i)[0]).fold(0.0, f64::max);
    let shelves = |width: f64| {
        let (mut x, mut y, mut height, mut used) = (0.0, 0.0, 0.0, 0.0f64);
        let mut at = vec![[0.0; 2]; boxes.len()];
        for &i in &order {
            let [w, h] = padded(i);
            if x > 0.0 && x + w > width {
                (x, y) = (0.0, y + height);
                height = 0.0;
            }
            at[i] = [x, y];
            x += w;
            height = f64::max(height, h);
            used = used.max(x);
        }
        (used.max(y + height), at)
    };
    let tries = (0..24).map(|k| shelves(widest.max(area.sqrt() * (0.9 + 0.05 * k as f64))));
    let Some((side, at)) = tries.min_by(|a, b| a.0.total_cmp(&b.0)) else { return Vec::new() };
    let place = |i: usize| {
        let gap = (padded(i)[0] - size(i)[0]) / 2.0;
        Placement { scale: factor[i] / side, from: boxes[i].0, to: at[i].map(|x| (x + gap) / side) }
    };
    (0..boxes.len()).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_apart_and_inside() {
        let boxes: Vec<_> =
            (0..37u32).map(|k| ([f64::from(k), -1.0], [f64::from(k) + 1.0, f64::from(k % 5)])).collect();
        let factor: Vec<f64> = (0..37).map(|k| 1.0 + f64::from(k % 7)).collect();
        let placed = packed(&boxes, &factor);
        let ends: Vec<_> = boxes.iter().zip(&placed).map(|(b, p)| (p.apply(b.0), p.apply(b.1))).collect();
        for (i, a) in ends.iter().enumerate() {
            assert!((0..2).all(|c| a.0[c] > 0.0 && a.1[c] < 1.0), "{a:?}");
            let scale = placed[i].scale / placed[0].scale;
            assert!((scale - factor[i] / factor[0]).abs() < 1e-12);
            assert!(ends[..i].iter().all(|b| (0..2).any(|c| a.1[c] < b.0[c] || b.1[c] < a.0[c])));
        }
        let one = packed(&[([0.0, 0.0], [1.0, 0.5])], &[3.0]);
        assert_eq!(one[0].apply([0.25, 0.5]), [0.25, 0.5]);
    }
}
