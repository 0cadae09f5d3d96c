//! Why some masses cannot be attained on a surface (theory/kinks.md).
//!
//! If `y_i - y_j` is normal to a triangle, `s_ij` is constant on it: the triangle goes to the one
//! site or to the other as a whole, the masses jump where that constant passes 0, and what lies
//! inside the jump no heights give. (The optimal plan then splits the triangle.) Newton's method
//! climbs to the top of the dual, and proves there that the jump stays whatever the heights
//! ([`crate::newton::Jump`]).

use super::super::certificate::polygon_masses;
use crate::diagram::Region;
use crate::exact::Heights;
use crate::newton::Jump;
use crate::problem::{SurfaceProblem, Units};

/// Most triangles, sites or regions told by name.
const MOST_TOLD: usize = 5;

/// Do the exact masses at these heights bear the proof out? Cost: as the proof of a solution.
pub fn confirmed(problem: &SurfaceProblem, order: &[u32], jump: &Jump, heights: &Heights) -> bool {
    let mut place = vec![0u32; order.len()];
    (0..).zip(order).for_each(|(k, &i)| place[i as usize] = k);
    let polygons = polygon_masses(problem, heights);
    polygons.is_some_and(|all| jump.confirmed(all.into_iter().map(|(f, i, m)| (f, place[i as usize], m))))
}

/// A jump in the problem's own units.
pub fn in_own(jump: &Jump, units: &Units) -> Jump {
    let own = |m: &f64| units.mass(*m);
    let region = |(region, shares): &(Region, Vec<f64>)| {
        let facets = region.facets.iter().map(|(f, m)| (*f, own(m))).collect();
        let region = Region { sites: region.sites.clone(), mass: own(&region.mass), facets };
        (region, shares.iter().map(own).collect())
    };
    let mut told = jump.clone();
    told.regions = jump.regions.iter().map(region).collect();
    told.base = jump.base.iter().map(own).collect();
    told
}

/// What to say of a jump (in the diagram's order), and notes: the masses that can be attained, and
/// the plan that is best.
pub fn told(problem: &SurfaceProblem, order: &[u32], jump: &Jump) -> (String, Vec<String>) {
    let facets = problem.facets();
    // As people who made the mesh count them, each once.
    let named = |parts: &[&(u32, f64)]| {
        let mut faces: Vec<u32> = parts.iter().map(|f| facets.surface().face(facets.name(f.0))).collect();
        faces.sort_unstable();
        faces.dedup();
        faces
    };
    let faces = named(&jump.regions.iter().flat_map(|(r, _)| &r.facets).collect::<Vec<_>>());
    let site = |i: u32| order[i as usize];
    // A region that two of the sites win.
    let pair = jump.regions.iter().map(|(r, _)| {
        let mut torn: Vec<u32> = r.sites.iter().filter(|&i| jump.sites.contains(i)).map(|&i| site(i)).collect();
        torn.sort_unstable();
        torn
    });
    let pair = pair.min().unwrap_or_default();
    let (word, lie) = if faces.len() == 1 { ("face", "lies") } else { ("faces", "lie") };
    let names = listed(&faces);
    let (i, j) = (pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0));
    // The first site's masses at the ends of the jump.
    let ends = |k: usize| {
        let own = jump.regions.iter().filter(|(r, _)| r.sites.contains(&jump.sites[k]));
        (jump.base[k], jump.base[k] + own.map(|(r, _)| r.mass).sum::<f64>())
    };
    let mut by_site: Vec<usize> = (0..jump.sites.len()).collect();
    by_site.sort_by_key(|&k| site(jump.sites[k]));
    let first = by_site.iter().copied().find(|&k| site(jump.sites[k]) == i).unwrap_or(0);
    let (least, most) = ends(first);
    let why = format!(
        "these masses cannot be attained: {word} {names} {lie} in a bisector, as that of sites {i} and {j}, and would have to be \
         split (site {i} has {least:.6} or {most:.6} there and wants {:.6}); move a site along the surface, or change the masses",
        problem.masses()[i as usize],
    );
    let mut notes = Vec::new();
    let told = by_site.iter().take(MOST_TOLD).map(|&k| {
        let (least, most) = ends(k);
        format!("site {} has from {least:.12e} to {most:.12e}", site(jump.sites[k]))
    });
    let more = jump.sites.len().saturating_sub(MOST_TOLD);
    let more = if more > 0 { format!(", and {more} more sites") } else { String::new() };
    let told: Vec<String> = told.collect();
    notes.push(format!("attainable where these sites are tied, face by face: {}{more}", told.join(", ")));
    for (region, shares) in jump.regions.iter().take(MOST_TOLD) {
        let faces = named(&region.facets.iter().collect::<Vec<_>>());
        let mut parts: Vec<(u32, f64)> =
            region.sites.iter().zip(shares).map(|(&s, share)| (site(s), share / region.mass)).collect();
        parts.sort_by_key(|p| p.0);
        let parts: Vec<String> = parts.iter().map(|(s, share)| format!("{share:.12} to site {s}")).collect();
        let word = if faces.len() == 1 { "face" } else { "faces" };
        notes.push(format!(
            "best plan: of the part of {word} {} that {} sites win together (mass {:.12e}), {}",
            listed(&faces),
            region.sites.len(),
            region.mass,
            parts.join(", ")
        ));
    }
    (why, notes)
}

fn listed(faces: &[u32]) -> String {
    let names: Vec<String> = faces.iter().take(MOST_TOLD).map(u32::to_string).collect();
    match faces.len().saturating_sub(MOST_TOLD) {
        0 => names.join(", "),
        n => format!("{} and {n} more", names.join(", ")),
    }
}
