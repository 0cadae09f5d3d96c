//! Raises sites whose cells are empty.
//!
//! The mass of a cell grows with its own height, all others being what they are. So the height at
//! which it has about the wanted mass is bracketed, and found by halving: a dozen cells a site.

use super::cut::{Room, Warm};
use super::cutter::Cutter;
use super::ground::SpaceGround;
use super::sites::Sites;
use super::wall::Wall;
use crate::exact::{Dd, Heights};

/// A mass within this factor of what is wanted is near enough.
const NEAR: f64 = 1.5;

/// The first height that is tried, in squared widths of a cell of the wanted mass.
const FIRST: f64 = 0.125;

/// Most cells that are cut for one site.
const MOST: usize = 64;

/// The mass of the cell at a position, begun with some walls.
fn mass(cutter: &Cutter<'_>, i: u32, walls: &[Wall], room: &mut Room) -> f64 {
    let cell = cutter.cell(i, Warm { walls, knots: &[] }, room);
    let mass = match &cutter.ground.parts {
        Some(_) => cutter.pieces(i, &cell, room).iter().map(|p| p.shape.mass()).sum(),
        None if cutter.shaped(i, 0, &cell, &mut room.shaping) => room.shaping.shape.mass(),
        None => 0.0,
    };
    room.spare(cell);
    mass
}

/// Heights at which each of the `empty` sites has about the wanted mass, as long as only it is
/// raised; those that are not found stay. `None` if none is found. `walls` tells some of those that
/// a cell may have.
pub(super) fn raised<'w>(
    ground: &SpaceGround,
    sites: &mut Sites,
    cut: impl Fn(&Sites, &mut dyn FnMut(&Cutter<'_>)),
    heights: &Heights,
    (empty, wanted, squared): (&[u32], &[f64], impl Fn(f64) -> f64),
    walls: impl Fn(u32) -> &'w [Wall],
) -> Option<Heights> {
    let (mut all, mut any, mut room) = (heights.clone(), false, Room::default());
    for &i in empty {
        let (own, target) = (heights.get(i as usize), wanted[i as usize]);
        let mut at = |t: f64| {
            sites.set_height(ground, i, own + Dd::from_f64(t));
            let mut found = 0.0;
            cut(sites, &mut |cutter| found = mass(cutter, i, walls(i), &mut room));
            found
        };
        let (mut low, mut high, mut found) = (0.0, FIRST * squared(target), None);
        let mut bracketed = false;
        for _ in 0..MOST {
            let t = if bracketed { 0.5 * (low + high) } else { high };
            let m = at(t);
            // Rather too much than nothing: a height with some mass is kept for the case.
            if m > 0.0 {
                found = Some(t);
            }
            if m >= target / NEAR && m <= target * NEAR || !t.is_finite() {
                break;
            }
            if m > target {
                (high, bracketed) = (t, true);
            } else if bracketed {
                low = t;
            } else {
                (low, high) = (t, 2.0 * t);
            }
        }
        at(0.0);
        if let Some(t) = found {
            any = true;
            all.set(i as usize, own + Dd::from_f64(t));
        }
    }
    any.then_some(all)
}
