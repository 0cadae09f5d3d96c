//! Runs of domain edges, cut by bisection.

use super::super::label::Label;
use super::clip::{Clipper, Cut};
use crate::exact::predicates::side_v;

impl Clipper {
    /// Is the vertex where edge `at` of a run begins lost? Not for the first one, which may be no
    /// vertex of the domain.
    fn loses(&mut self, cut: &Cut<'_>, run: u32, at: u32) -> bool {
        let Label::Domain(first) = self.label[run as usize] else { return false };
        let [own, other] = [cut.site, cut.m].map(|k| &cut.sites.points[k as usize]);
        let ranks = [cut.site, cut.m].map(|k| cut.sites.rank[k as usize]);
        !side_v(own, other, cut.domain.vertex((first + at) as usize), ranks, &mut self.counters)
    }

    /// Where in a run the vertex of the domain is that is the last to be kept, or the last to be
    /// lost; it may lie beyond.
    fn extreme(&self, cut: &Cut<'_>, run: u32, kept: bool) -> Option<u32> {
        let (Some(chains), Label::Domain(first)) = (cut.chains, self.label[run as usize]) else { return None };
        let [own, other] = [cut.site, cut.m].map(|k| cut.sites.points[k as usize].site());
        // The site's lead grows along `own - other`.
        let (from, to) = if kept { (other, own) } else { (own, other) };
        (chains.farthest(cut.domain, from, to) as u32).checked_sub(first)
    }

    /// Makes a run end before its edge `at`, and returns the new one from there on.
    pub(super) fn split(&mut self, run: u32, at: u32) -> u32 {
        let Label::Domain(first) = self.label[run as usize] else { return run };
        let rest = self.count[run as usize] - at;
        self.count[run as usize] = at;
        let after = self.next[run as usize];
        self.insert(Label::Domain(first + at), rest, run, after)
    }

    /// A lost vertex inside a run, made the begin of a run of its own; none where nodes begin is
    /// lost.
    ///
    /// The lead over the other site is least at the extreme vertex of the domain, or, where the run
    /// does not reach that, at one of its ends.
    pub(super) fn lost_in_a_run(&mut self, cut: &Cut<'_>) -> Option<u32> {
        cut.chains?;
        let mut run = self.head;
        loop {
            let count = self.count[run as usize];
            if count > 1 {
                let lowest = self.extreme(cut, run, false).filter(|k| (1..count).contains(k));
                let candidates = match lowest {
                    Some(k) => [k, k],
                    None => [1, count - 1],
                };
                if let Some(at) = candidates.into_iter().find(|&k| self.loses(cut, run, k)) {
                    return Some(self.split(run, at));
                }
            }
            run = self.next[run as usize];
            if run == self.head {
                return None;
            }
        }
    }

    /// How many of the vertices inside a run are lost from its end on, where the vertex after the
    /// run is lost.
    pub(super) fn lost_at_the_end(&mut self, cut: &Cut<'_>, run: u32) -> u32 {
        let last = self.count[run as usize] - 1;
        if last == 0 || !self.loses(cut, run, last) {
            return 0;
        }
        let top = self.extreme(cut, run, true).filter(|k| (1..last).contains(k)).unwrap_or(1);
        if self.loses(cut, run, top) {
            return last;
        }
        // Kept at `top`, lost at `last`, and it changes once between.
        let (mut kept, mut lost) = (top, last);
        while kept + 1 < lost {
            let middle = kept + (lost - kept) / 2;
            if self.loses(cut, run, middle) { lost = middle } else { kept = middle }
        }
        last + 1 - lost
    }

    /// The same from its begin on, where the vertex at which the run begins is lost.
    pub(super) fn lost_at_the_begin(&mut self, cut: &Cut<'_>, run: u32) -> u32 {
        let last = self.count[run as usize] - 1;
        if last == 0 || !self.loses(cut, run, 1) {
            return 0;
        }
        let top = self.extreme(cut, run, true).filter(|k| (2..=last).contains(k)).unwrap_or(last);
        if self.loses(cut, run, top) {
            return last;
        }
        let (mut lost, mut kept) = (1, top);
        while lost + 1 < kept {
            let middle = lost + (kept - lost) / 2;
            if self.loses(cut, run, middle) { lost = middle } else { kept = middle }
        }
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::super::clip::Sites;
    use super::*;
    use crate::domain::{Chains, ConvexPolygon};
    use crate::exact::Dd;
    use crate::exact::predicates::Lifted;

    /// Numbers below `m`, one after another.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, m: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % m
        }
    }

    /// Boxes whose sides are divided, disks, triangles with many collinear vertices; in each the
    /// first vertex anywhere.
    fn polygons(numbers: &mut Numbers) -> Vec<ConvexPolygon> {
        let side = |from: [f64; 2], to: [f64; 2], n: u32| -> Vec<[f64; 2]> {
            (0..n).map(|k| [0, 1].map(|c| from[c] + (to[c] - from[c]) * f64::from(k) / f64::from(n))).collect()
        };
        let ring = |corners: &[[f64; 2]], n: u32| -> Vec<[f64; 2]> {
            (0..corners.len()).flat_map(|k| side(corners[k], corners[(k + 1) % corners.len()], n)).collect()
        };
        let square = [[0.0, 0.0], [8.0, 0.0], [8.0, 8.0], [0.0, 8.0]];
        let mut all = vec![ring(&square, 1), ring(&square, 8), ring(&square, 64)];
        all.push(ring(&[[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], 16));
        all.extend([3, 5, 8, 40, 1000].map(|n| {
            let disk = ConvexPolygon::disk(n).unwrap();
            disk.vertices().iter().map(|v| v.map(|c| 4.0 + 4.0 * c)).collect()
        }));
        all.into_iter()
            .map(|v| {
                let k = numbers.below(v.len() as u64) as usize;
                ConvexPolygon::new([&v[k..], &v[..k]].concat()).unwrap()
            })
            .collect()
    }

    /// By runs or by single edges, the labels are the same: among them cells that are empty, that
    /// hold the whole domain, with ties at vertices and along edges.
    #[test]
    fn runs_and_single_edges_give_the_same_cells() {
        let mut numbers = Numbers(7);
        let (mut whole, mut empty, mut cut) = (0, 0, 0);
        for _ in 0..300 {
            for polygon in polygons(&mut numbers) {
                let n = 1 + numbers.below(12) as usize;
                // On a lattice, and with small integers as heights: ties.
                let mut places: Vec<[u64; 2]> = (0..n).map(|_| [numbers.below(9), numbers.below(9)]).collect();
                places.sort_unstable();
                places.dedup();
                let spread = [1, 8, 40][numbers.below(3) as usize];
                let points: Vec<Lifted> = places
                    .iter()
                    .map(|p| {
                        let y = p.map(|c| c as f64);
                        let square = y[0] * y[0] + y[1] * y[1];
                        let h = -0.5 * square + numbers.below(spread) as f64;
                        Lifted::new(y, Dd::from_f64(h))
                    })
                    .collect();
                let rank: Vec<u32> = (0..points.len() as u32).rev().collect();
                let sites = Sites { points: &points, rank: &rank };
                let chains = Chains::of(polygon.outline());
                let (mut one, mut other) = (Clipper::default(), Clipper::default());
                let (mut expected, mut found) = (Vec::new(), Vec::new());
                for i in 0..points.len() as u32 {
                    let shift = numbers.below(points.len() as u64) as u32;
                    let all =
                        || (0..points.len() as u32).map(|k| (k + shift) % points.len() as u32).filter(|&k| k != i);
                    one.clip(sites, (polygon.outline(), None), i, all(), &mut expected);
                    other.clip(sites, (polygon.outline(), Some(&chains)), i, all(), &mut found);
                    assert_eq!(expected, found, "{:?} {points:?} {i}", polygon.vertices());
                    whole += usize::from(found.len() == polygon.len());
                    empty += usize::from(found.is_empty());
                    cut += usize::from(!found.is_empty() && found.len() != polygon.len());
                }
            }
        }
        assert!(whole > 100 && empty > 1000 && cut > 1000, "{whole} {empty} {cut}");
    }
}
