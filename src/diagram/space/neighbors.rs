//! The neighbours of all cells at once, from the regular triangulation of the sites.
//!
//! Where nothing is known of any cell, most of the time goes into finding neighbours. The
//! triangulation tells all of them for a third of that. Its edges are the walls of the cells in all
//! of space, so a cell that is cut by them and by the domain is complete. Ties are decided by the
//! same ranks, so it is the cell that is found by looking for its neighbours, to the bit.
//!
//! On a torus images of sites are no doubles, and in a metric sites as its root sees them are none,
//! so a triangulation of those proves nothing. But it is a good guess: the tree, asked as ever, has
//! hardly a wall to add.
//!
//! It is built on one thread, and cells are cut on all of them. So with many threads they would be
//! cut sooner without it, but for sites about one centre: walls to others than the centre meet in
//! one point, up to roundings, and each clip is decided in big integers. (1,000 sites on a sphere
//! about one: 0.06 seconds with the triangulation, 9.5 without.)

use super::ground::SpaceGround;
use super::sites::Sites;
use super::wall::{Shift, Wall};
use crate::exact::{Dd, Heights};
use crate::hull::space::{Lists, SpaceHull};

/// Most sites: there is a limit for tetrahedra.
const MOST: usize = 1 << 26;

/// On a torus fewer sites have too many images beside them.
const ENOUGH: usize = 100;

/// Images are taken that are so many mean distances beyond the seam.
const BEYOND: f64 = 1.2;

/// The neighbours of all cells.
#[derive(Debug)]
pub(super) struct Neighbors {
    lists: Lists,
    /// Has the cell of a site no points?
    hidden: Vec<bool>,
    /// What the triangulation's sites are called: those of the problem, then images.
    names: Vec<(u32, Shift)>,
    /// Are these all walls?
    pub is_complete: bool,
}

impl Neighbors {
    /// Of sites at their heights; `None` where they are better looked for. Cost: O(n log n), 500
    /// bytes a site while it is built and 90 afterwards.
    pub fn of(ground: &SpaceGround, sites: &Sites) -> Option<Neighbors> {
        let (n, is_torus) = (sites.len(), ground.periodic.contains(&true));
        let is_complete = !is_torus && ground.metric.is_none();
        let least = if is_torus { ENOUGH } else { 2 };
        if !(least..MOST).contains(&n) {
            return None;
        }
        let (mut points, mut names) = (vec![[0.0; 3]; n], vec![(0, Shift::NONE); n]);
        for (k, &i) in (0u32..).zip(sites.rank.iter()) {
            points[i as usize] = sites.seen[k as usize];
            names[i as usize] = (k, Shift::NONE);
        }
        let hull = if is_complete {
            SpaceHull::along(&points, sites.rank.clone(), &sites.h)
        } else {
            let mut heights: Vec<Dd> = names.iter().map(|name| sites.h[name.0 as usize]).collect();
            for (k, shift, y, h) in if is_torus { images(ground, sites) } else { Vec::new() } {
                points.push(y);
                heights.push(h);
                names.push((k, shift));
            }
            SpaceHull::build(&points, &Heights::new(heights))
        };
        drop(points);
        let hidden = (0..n).map(|i| hull.is_hidden(i)).collect();
        Some(Neighbors { lists: hull.neighbor_lists(), hidden, names, is_complete })
    }

    /// The walls of the cell of a site; `None` if it has no points.
    pub fn walls(&self, rank: u32) -> Option<impl Iterator<Item = Wall> + '_> {
        let i = rank as usize;
        let wall = |&j: &u32| {
            let (k, shift) = self.names[j as usize];
            Wall::Site(k, shift)
        };
        (!self.hidden[i]).then(|| self.lists.of(i).iter().map(wall))
    }
}

/// Images of sites near the seam of a torus, rounded, as the metric sees them. They have the weight
/// of their site, so that `2 h' = 2 h + |y|^2 - |y'|^2`.
fn images(ground: &SpaceGround, sites: &Sites) -> Vec<(u32, Shift, [f64; 3], Dd)> {
    let sides = [0, 1, 2].map(|k| ground.high[k] - ground.low[k]);
    let margin = BEYOND * (sides[0] * sides[1] * sides[2] / sites.len() as f64).cbrt();
    let square = |y: &[f64; 3]| y.iter().fold(Dd::ZERO, |s, &x| s + Dd::product(x, x));
    let most = ground.periodic.map(i8::from);
    let shifts: Vec<Shift> = Shift::all(most).into_iter().filter(|s| *s != Shift::NONE).collect();
    let mut found = Vec::new();
    for (k, (y, h)) in (0u32..).zip(sites.y.iter().zip(&sites.h)) {
        let own = square(&sites.seen[k as usize]);
        for &shift in &shifts {
            let z = ground.moved(y, shift.periods());
            let near = |a: usize| (ground.low[a] - margin..=ground.high[a] + margin).contains(&z[a]);
            if (0..3).all(|a| !ground.periodic[a] || near(a)) {
                let z = ground.stretched(&z);
                found.push((k, shift, z, *h + (own - square(&z)).scale(0.5)));
            }
        }
    }
    found
}
