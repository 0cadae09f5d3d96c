//! What to say of a source that falls into components.
//!
//! Optimal maps exist for it as for any other. But where the masses of some sites sum to those of
//! some components, no wall joins the cells of the one group to those of the other, and the heights
//! of each group may be shifted by a constant of its own.

use crate::diagram::PartialDiagram;
use crate::domain::Patches;
use crate::exact::Dd;
use crate::problem::{Problem, SurfaceProblem};
use petgraph::unionfind::UnionFind;

/// Components and groups told by name.
const MOST_TOLD: usize = 6;

/// Remarks for the report, from the walls `(i, j, _)`; none if the source is connected. Cost:
/// O(patches + walls).
pub fn in_plane(problem: &Problem, walls: &[(u32, u32, f64)]) -> Vec<String> {
    let Some(patches) = problem.patches() else { return Vec::new() };
    let parts = patches.iter().enumerate();
    let parts = parts.map(|(k, p)| (told_name(patches, k), p.mass().times(problem.source_factor())));
    let order: Vec<u32> = (0..problem.len() as u32).collect();
    let (row, column) = lists(problem.len(), walls);
    tell_all(patches.components(), parts, noun(patches), problem.masses(), (&order, &row, &column))
}

/// The same for partial transport: which groups of cells leave nothing where they are (up to twice
/// the `tolerance` of their masses). What they take from, they take all of, so nothing says how
/// large their balls are beyond that.
pub fn of_partial(diagram: &PartialDiagram, tolerance: f64) -> Vec<String> {
    let problem = diagram.polygons().problem();
    let Some(patches) = problem.patches() else { return Vec::new() };
    let parts = patches.iter().enumerate().map(|(k, p)| (told_name(patches, k), p.mass()));
    let Some(mut notes) = tell_parts(patches.components(), parts, noun(patches)) else { return Vec::new() };
    let (row, column) = lists(problem.len(), diagram.walls());
    let (group, number) = groups(&row, &column);
    let mut stays = vec![0.0; number];
    group.iter().zip(diagram.outside()).for_each(|(&g, outside)| stays[g as usize] += outside);
    let order: Vec<u32> = (0..problem.len() as u32).collect();
    let told = tell_groups(&group, number, problem.masses(), &order);
    let all = |(g, stays): (&Group, f64)| (stays <= 2.0 * tolerance * g.mass.to_f64()).then(|| g.to_string());
    let complete: Vec<String> = told.iter().zip(stays).filter_map(all).collect();
    if !complete.is_empty() {
        let what = match complete.len() {
            1 => "one group of cells takes all of the components it reaches".to_string(),
            n => format!("{n} groups of cells take all of the components they reach"),
        };
        let list = list(complete.len(), |k| complete[k].clone());
        notes.push(format!(
            "{what} ({list}): nothing stays there, and larger weights, by a constant for each group, do as well"
        ));
    }
    notes
}

/// The same for a surface, from its walls `(i, j, _)`.
pub fn on_surface(problem: &SurfaceProblem, walls: &[(u32, u32, f64)]) -> Vec<String> {
    let facets = problem.facets();
    let n = problem.len();
    let order: Vec<u32> = (0..n as u32).collect();
    let (row, column) = lists(n, walls);
    let mass = |k| Dd::from_f64(facets.mass(k) * problem.source_factor());
    let face = |k: u32| facets.surface().face(facets.name(k));
    let parts = (0..facets.len() as u32).map(|k| (face(k), mass(k)));
    tell_all(facets.components(), parts, "face", problem.masses(), (&order, &row, &column))
}

/// Walls `(i, j, _)`, sorted by their lower site, as lists of neighbours: each is listed once,
/// which is enough to tell groups.
fn lists(n: usize, walls: &[(u32, u32, f64)]) -> (Vec<u32>, Vec<u32>) {
    let mut row = vec![0u32; n + 1];
    walls.iter().for_each(|w| row[w.0 as usize + 1] += 1);
    (0..n).for_each(|i| row[i + 1] += row[i]);
    (row, walls.iter().map(|w| w.1).collect())
}

/// The components of the parts of a source (name and mass of each), and the groups of cells.
fn tell_all(
    components: (Vec<u32>, usize),
    parts: impl Iterator<Item = (u32, Dd)>,
    noun: &str,
    target: &[f64],
    (order, row, column): (&[u32], &[u32], &[u32]),
) -> Vec<String> {
    let Some(mut notes) = tell_parts(components, parts, noun) else { return Vec::new() };
    let (groups, number) = groups(row, column);
    if number > 1 {
        let told = tell_groups(&groups, number, target, order);
        notes.push(format!(
            "their masses fit: the cells fall into {number} groups without a common wall ({}), and heights are unique up to a constant for each group",
            list(number, |g| told[g].to_string())
        ));
    }
    notes
}

/// The components of the parts; `None` if there is but one.
fn tell_parts(
    (component, count): (Vec<u32>, usize),
    parts: impl Iterator<Item = (u32, Dd)>,
    noun: &str,
) -> Option<Vec<String>> {
    if count < 2 {
        return None;
    }
    let mut masses = vec![Dd::ZERO; count];
    let mut sizes = vec![0usize; count];
    let (mut first, mut last) = (vec![u32::MAX; count], vec![u32::MAX; count]);
    for (&c, (name, mass)) in component.iter().zip(parts) {
        let c = c as usize;
        masses[c] = masses[c] + mass;
        // The triangles of a face follow one another; it counts once.
        sizes[c] += usize::from(last[c] != name);
        (first[c], last[c]) = (first[c].min(name), name);
    }
    let tell = |c: usize| {
        let others = match sizes[c] {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        format!("{c} ({noun} {}{others}, mass {:.6})", first[c], masses[c].to_f64())
    };
    Some(vec![format!("the source falls into {count} components: {}", list(count, tell))])
}

/// Cells that belong together.
struct Group {
    lowest: u32,
    size: usize,
    mass: Dd,
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mass = self.mass.to_f64();
        match self.size {
            1 => write!(f, "site {} alone, mass {mass:.6}", self.lowest),
            n => write!(f, "site {} and {} more, mass {mass:.6}", self.lowest, n - 1),
        }
    }
}

/// The groups by number.
fn tell_groups(groups: &[u32], number: usize, target: &[f64], order: &[u32]) -> Vec<Group> {
    let mut all: Vec<Group> = (0..number).map(|_| Group { lowest: u32::MAX, size: 0, mass: Dd::ZERO }).collect();
    for (&g, &i) in groups.iter().zip(order) {
        let group = &mut all[g as usize];
        group.mass = group.mass + Dd::from_f64(target[i as usize]);
        group.size += 1;
        group.lowest = group.lowest.min(i);
    }
    all
}

/// For every cell the number of its group, cells with a wall belonging together, and how many
/// groups there are.
fn groups(row: &[u32], column: &[u32]) -> (Vec<u32>, usize) {
    let n = row.len().saturating_sub(1);
    let mut sets = UnionFind::<u32>::new(n);
    for i in 0..n {
        column[row[i] as usize..row[i + 1] as usize].iter().for_each(|&j| {
            sets.union(i as u32, j);
        });
    }
    let (mut number, mut count) = (vec![u32::MAX; n], 0);
    let group = (0..n as u32).map(|i| {
        let slot = &mut number[sets.find(i) as usize];
        if *slot == u32::MAX {
            *slot = count;
            count += 1;
        }
        *slot
    });
    let group = group.collect();
    (group, count as usize)
}

/// A patch as people count it: the face of the mesh as given.
fn told_name(patches: &Patches, k: usize) -> u32 {
    let name = patches.name(k);
    patches.mesh().map_or(name, |mesh| mesh.face(name))
}

fn noun(patches: &Patches) -> &'static str {
    // The triangles of polygons are ours: nobody knows their numbers as faces.
    match patches.mesh() {
        Some(mesh) if mesh.polygons().is_none() => "face",
        Some(_) => "triangle",
        None => "patch",
    }
}

fn list(count: usize, tell: impl Fn(usize) -> String) -> String {
    let mut all: Vec<String> = (0..count.min(MOST_TOLD)).map(tell).collect();
    if count > MOST_TOLD {
        all.push(format!("and {} more", count - MOST_TOLD));
    }
    all.join("; ")
}
