//! Construction: a first tetrahedron, then all other sites in rounds.

use super::super::order::rounds;
use super::grow::Grow;
use super::net::Net;
use super::sites::Sites;
use crate::exact::Counters;
use crate::exact::predicates::{orient2d, orient3d};

/// Two axes of space.
pub type Axes = [usize; 2];

/// What all sites lie in, if not all of space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flat {
    /// 0: all are equal, 1: on one line, 2: in one plane; -1: there are none.
    pub dimension: i32,
    /// Axes to whose plane they may be projected: no two different sites fall together, and three
    /// that are not on one line do not come to lie on one.
    pub axes: Axes,
}

/// Triangulates all sites, or says what they lie in.
pub fn triangulate(sites: Sites<'_>) -> Result<(Net, Counters), Flat> {
    let order = rounds(0..sites.points.len());
    let mut counters = Counters::default();
    let first = first_tetrahedron(sites, &order, &mut counters)?;
    let mut grow = Grow::start(sites, first);
    grow.counters = counters;
    for &p in &order {
        if !first.contains(&p) {
            grow.insert(p);
        }
    }
    let counters = grow.counters;
    Ok((Net::of(grow), counters))
}

/// The first four sites in the order of insertion that are not in one plane, turned positively.
fn first_tetrahedron(sites: Sites<'_>, order: &[u32], counters: &mut Counters) -> Result<[u32; 4], Flat> {
    let at = |i: u32| &sites.at(i).y;
    let mut flat = Flat { dimension: -1, axes: [0, 1] };
    let (&a, rest) = order.split_first().ok_or(flat)?;
    flat.dimension = 0;
    let &b = rest.iter().find(|&&b| at(b) != at(a)).ok_or(flat)?;
    flat.dimension = 1;
    if at(a)[0] == at(b)[0] && at(a)[1] == at(b)[1] {
        flat.axes = [1, 2];
    }
    let plane = |i: u32, [k, l]: Axes| [at(i)[k], at(i)[l]];
    let turn = |c: u32, axes: Axes, counters: &mut Counters| {
        orient2d(plane(a, axes), plane(b, axes), plane(c, axes), counters) != 0
    };
    let spans = |&c: &u32| [[0, 1], [1, 2], [0, 2]].into_iter().find(|&axes| turn(c, axes, counters)).map(|f| (c, f));
    let (c, axes) = rest.iter().find_map(spans).ok_or(flat)?;
    flat = Flat { dimension: 2, axes };
    let turned = |&d: &u32| match orient3d(at(a), at(b), at(c), at(d), counters) {
        0 => None,
        s if s > 0 => Some([a, b, c, d]),
        _ => Some([b, a, c, d]),
    };
    rest.iter().find_map(turned).ok_or(flat)
}
