//! The potential in pictures: its values at cells, its slopes, its level lines.

use super::look::Values;
use crate::diagram::Diagram;
use crate::exact::Heights;

fn at<const D: usize>(x: &[f64; D], y: &[f64; D], h: f64) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() + h
}

impl Values {
    /// The potential `u(x) = max_i <x, y_i> + h_i` at the centroid of each cell: its mean there.
    pub fn potential<const D: usize>(sites: &[[f64; D]], centroids: &[Option<[f64; D]>], heights: &Heights) -> Values {
        let one = |(i, (y, c)): (usize, (&[f64; D], &Option<[f64; D]>))| {
            c.map_or(f64::NAN, |c| at(&c, y, heights.get(i).to_f64()))
        };
        Values { name: "potential".into(), numbers: sites.iter().zip(centroids).enumerate().map(one).collect() }
    }

    /// How steep the potential is in each cell: its gradient there is the site.
    pub fn slopes<const D: usize>(sites: &[[f64; D]]) -> Values {
        let norm = |y: &[f64; D]| y.iter().map(|c| c * c).sum::<f64>().sqrt();
        Values { name: "slope of the potential".into(), numbers: sites.iter().map(norm).collect() }
    }
}

/// What sees the corners of a polygon, and the potential there.
type See<'f> = &'f mut dyn FnMut(&[[f64; 2]], &[f64]);

/// Level lines of the potential, `count` levels at equal steps between its least and its greatest
/// value over the cells: straight in each cell, across the cell's site. Cost: O(corners and lines).
pub fn level_lines(diagram: &Diagram, heights: &Heights, count: usize) -> Vec<[[f64; 2]; 2]> {
    let sites = diagram.problem().sites();
    let whole = diagram.problem().patches().is_none();
    let each = |f: See<'_>| {
        for (i, y) in sites.iter().enumerate() {
            let h = heights.get(i).to_f64();
            let mut one = |corners: &[[f64; 2]]| {
                let values: Vec<f64> = corners.iter().map(|x| at(x, y, h)).collect();
                f(corners, &values);
            };
            match whole {
                true => one(diagram.vertices(i)),
                false => diagram.pieces(i).iter().for_each(|piece| one(&piece.vertices)),
            }
        }
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    each(&mut |_, values| values.iter().for_each(|v| (low, high) = (low.min(*v), high.max(*v))));
    if !(high > low) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    each(&mut |corners, values| {
        let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), v| (l.min(*v), m.max(*v)));
        let step = (high - low) / (count + 1) as f64;
        let first = (((least - low) / step).ceil() as usize).max(1);
        for k in first..=count {
            let level = low + step * k as f64;
            if level > most {
                break;
            }
            let ends: Vec<[f64; 2]> = (0..corners.len()).filter_map(|c| crossing(corners, values, c, level)).collect();
            if let [a, .., b] = ends[..] {
                lines.push([a, b]);
            }
        }
    });
    lines
}

/// Where the side from corner `c` crosses a level.
fn crossing(corners: &[[f64; 2]], values: &[f64], c: usize, level: f64) -> Option<[f64; 2]> {
    let d = (c + 1) % corners.len();
    let (a, b) = (values[c] - level, values[d] - level);
    if (a < 0.0) == (b < 0.0) {
        return None;
    }
    let t = a / (a - b);
    Some([0, 1].map(|k| corners[c][k] + t * (corners[d][k] - corners[c][k])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ConvexPolygon;
    use crate::problem::{Problem, ProblemData};

    /// Two sites on the axis: `u = |x - 1/2|`, whose levels are pairs of verticals.
    #[test]
    fn levels_of_a_roof_are_verticals() {
        let domain = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
        let sites = vec![[-1.0, 0.0], [1.0, 0.0]];
        let problem = Problem::new(ProblemData::new(domain, sites.clone())).unwrap();
        let heights = Heights::from_f64(&[0.5, -0.5]);
        let diagram = Diagram::new(&problem, &heights).unwrap();
        let mut lines = level_lines(&diagram, &heights, 1);
        lines.sort_by(|a, b| a[0][0].total_cmp(&b[0][0]));
        // From 0 in the middle to 1/2 at the sides: the level 1/4.
        assert_eq!(lines.iter().map(|l| [l[0][0], l[1][0]]).collect::<Vec<_>>(), [[0.25, 0.25], [0.75, 0.75]]);
        assert!(lines.iter().all(|l| (l[0][1] - l[1][1]).abs() == 1.0));
        let values = Values::potential(&sites, diagram.centroids(), &heights);
        assert!(values.numbers.iter().all(|v| (v - 0.25).abs() < 1e-15));
        assert_eq!(Values::slopes(&sites).numbers, [1.0, 1.0]);
    }
}
