//! The polygons in which cells meet the patches of a source, as labels.

use super::super::label::Label;
use super::super::measures::Integrate;
use super::super::moments::Moments;
use super::cells::Duals;
use super::patched;
use super::restrict::{Part, Restriction};
use crate::domain::Patches;
use crate::exact::Counters;
use crate::hull::Hull;
use crate::problem::Problem;

/// The polygons in which cells meet patches, by site and patch.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Start of each site's parts.
    start: Vec<u32>,
    patch: Vec<u32>,
    /// Start of each part's labels.
    label_start: Vec<usize>,
    labels: Vec<Label>,
}

impl Parts {
    /// Parts of site `i`, each with its patch and labels, ascending by patch.
    pub(super) fn of_site(&self, i: usize) -> impl Iterator<Item = (u32, &[Label])> {
        (self.start[i] as usize..self.start[i + 1] as usize).map(|k| self.part(k))
    }

    pub(super) fn part(&self, k: usize) -> (u32, &[Label]) {
        (self.patch[k], &self.labels[self.label_start[k]..self.label_start[k + 1]])
    }

    /// The parts in each patch, as sites with labels.
    pub(super) fn by_patch(&self, patches: usize) -> Vec<Vec<(u32, &[Label])>> {
        let mut all = vec![Vec::new(); patches];
        for i in 0..self.start.len() - 1 {
            self.of_site(i).for_each(|(patch, labels)| all[patch as usize].push((i as u32, labels)));
        }
        all
    }

    /// Number of parts.
    pub(super) fn len(&self) -> usize {
        self.patch.len()
    }
}

/// The parts of a hull's cells, named by the sites `keep`; their moments by position.
pub(super) fn of(
    hull: &Hull,
    duals: &Duals,
    patches: &Patches,
    keep: &[u32],
    problem: &Problem,
) -> (Parts, Vec<Moments>, Counters) {
    let restriction = Restriction::new(hull, duals, patches, &patched::along_curve(patches));
    let measures = patched::measure(hull, duals, patches, &restriction, problem.source_factor(), Integrate::MOMENTS);
    let mut position = vec![u32::MAX; problem.len()];
    (0..hull.len()).for_each(|p| position[keep[hull.rank(p) as usize] as usize] = p as u32);
    let mut parts = Parts { start: vec![0], label_start: vec![0], ..Parts::default() };
    let mut part = Part::default();
    for &p in &position {
        let meetings = if p == u32::MAX { &[][..] } else { restriction.of(p as usize) };
        for &(k, meeting) in meetings {
            let patch = patches.get(k as usize);
            part.compute(hull, duals, &restriction, p, patch.outline(), meeting);
            parts.patch.push(k);
            parts.labels.extend(part.labels.iter().map(|l| match *l {
                Label::Bisector(j) => Label::Bisector(keep[hull.rank(j as usize) as usize]),
                domain => domain,
            }));
            parts.label_start.push(parts.labels.len());
        }
        parts.start.push(parts.patch.len() as u32);
    }
    (parts, measures.moments, measures.counters)
}
