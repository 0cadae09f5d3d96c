//! An atlas: a surface in several charts, as few as keep to a stretch, or as many as are asked for.
//!
//! Patches grow as far as a stretch is foretold (`segment`), their borders are straightened
//! (`border`), and each is laid flat (`flatten`). From then on the stretch is measured: a chart
//! with more than is allowed is divided in two, and again; then two neighbours become one wherever
//! what they have together, laid flat, keeps to it, the flattest first.

use super::border::straighten;
use super::build::Piece;
use super::chart::NONE;
use super::flatten::{Flat, flat, joined};
use super::ground::Ground;
use super::measure::area;
use super::options::ParameterizeOptions;
use super::segment::{Foretold, Offers, Patchwork};
use super::watch::Watch;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Patches at most when measuring begins: each costs some layouts.
const MOST: usize = 1000;
/// Patches for each chart that is asked for when measuring begins, and some more.
const FOR_EACH: usize = 2;
const MORE: usize = 8;
/// Neighbours are not tried if so many times the stretch allowed is foretold of them: of a cap more
/// than twice as much is foretold as it has.
const HOPELESS: f64 = 4.0;
/// Stretch, less one, beside which outlines decide.
const FLAT: f64 = 0.01;

/// A chart of the atlas.
struct Part {
    /// Its triangles, ascending.
    faces: Vec<u32>,
    piece: Piece,
    flat: Option<Flat>,
}

impl Part {
    /// The stretch that 99 per cent of it keep to.
    fn stretch(&self) -> f64 {
        self.flat.as_ref().map_or(f64::INFINITY, |f| f.stretch[2])
    }

    /// Places of its vertices, in their size in space, for the vertices of another piece that
    /// contains it.
    fn places(&self, other: &Piece, faces: &[u32]) -> Option<Vec<Option<[f64; 2]>>> {
        let uv = &self.flat.as_ref()?.uv;
        let scale = (self.piece.size / area(&self.piece.chart, uv)).sqrt();
        let mut places = vec![None; other.chart.points.len()];
        for (f, t) in faces.iter().zip(&other.chart.triangles) {
            if let Ok(own) = self.faces.binary_search(f) {
                for (&v, &w) in t.iter().zip(&self.piece.chart.triangles[own]) {
                    places[v as usize] = Some(uv[w as usize].map(|x| x * scale));
                }
            }
        }
        Some(places)
    }
}

/// What all steps look at.
struct Workshop<'a> {
    whole: &'a Piece,
    ground: &'a Ground<'a>,
    /// The polygon of each triangle, nothing if each is one.
    polygons: &'a [u32],
    /// Stretch that is allowed.
    bound: Option<f64>,
    /// Charts that are allowed.
    count: Option<usize>,
    /// Angle weight of layouts.
    last: f64,
}

/// Divides a surface; each chart comes with its layout if there is one. Charts are in the order of
/// their first triangles; where somebody asks to stop, they are more than need be. Cost: some
/// twenty layouts of all triangles.
pub(super) fn charts(
    whole: &Piece,
    polygons: Vec<u32>,
    options: &ParameterizeOptions,
    watch: &mut Watch<'_>,
) -> Vec<(Piece, Option<Flat>)> {
    let ground = Ground::new(&whole.chart.points, &whole.chart.triangles, polygons.clone());
    let last = 1.0 / options.area_weight;
    let (bound, count) = (options.max_stretch, options.charts);
    let shop = Workshop { whole, ground: &ground, polygons: &polygons, bound, count, last };
    let first = shop.first();
    let divided = if watch.goes_on() { shop.divided(first) } else { first };
    let mut parts = shop.merged(divided, watch);
    parts.sort_by_key(|p| p.faces[0]);
    parts.into_iter().map(|p| (p.piece, p.flat)).collect()
}

impl Workshop<'_> {
    /// Patches by what is foretold, laid flat.
    fn first(&self) -> Vec<Part> {
        let mut patches = Patchwork::of_polygons(self.ground, |_| true);
        let bend = self.bound.map_or(f64::INFINITY, |s| s - 1.0);
        match self.count {
            Some(count) if self.bound.is_none() => patches.grow(bend, FOR_EACH * count + MORE),
            _ => patches.grow(bend, 1),
        }
        let most = MOST.max(self.count.unwrap_or(0));
        if patches.count() > most {
            patches.grow(f64::INFINITY, most);
        }
        self.laid(&mut patches, bend)
    }

    /// Straightens borders and lays all patches flat.
    fn laid(&self, patches: &mut Patchwork, bend: f64) -> Vec<Part> {
        let mut label = compact(patches.labels());
        straighten(self.ground, &mut label, bend);
        let lists = by_label(&label);
        lists.into_par_iter().map(|faces| self.part(faces, None)).collect()
    }

    fn part(&self, faces: Vec<u32>, two: Option<[&Part; 2]>) -> Part {
        let piece = self.whole.part(&faces, self.polygons);
        let start = two.and_then(|[a, b]| joined(&a.places(&piece, &faces)?, &b.places(&piece, &faces)?));
        let flat = flat(&piece.chart, self.last, start);
        Part { faces, piece, flat }
    }

    /// Divides what is stretched too much, or cannot be laid flat.
    fn divided(&self, parts: Vec<Part>) -> Vec<Part> {
        let bound = self.bound.unwrap_or(f64::MAX);
        let one = |part: Part| {
            let (mut open, mut done) = (vec![part], Vec::new());
            while let Some(part) = open.pop() {
                if part.stretch() <= bound {
                    done.push(part);
                    continue;
                }
                let within = |f: u32| part.faces.binary_search(&f).is_ok();
                let mut patches = Patchwork::of_polygons(self.ground, within);
                patches.grow(f64::INFINITY, 2);
                match patches.count() {
                    1 => done.push(part),
                    _ => open.extend(self.laid(&mut patches, f64::INFINITY)),
                }
            }
            done
        };
        parts.into_par_iter().flat_map_iter(one).collect()
    }

    /// Merges neighbours, those first that are flattest together.
    fn merged(&self, parts: Vec<Part>, watch: &mut Watch<'_>) -> Vec<Part> {
        let mut label = vec![NONE; self.ground.triangles.len()];
        for (k, part) in parts.iter().enumerate() {
            part.faces.iter().for_each(|&f| label[f as usize] = k as u32);
        }
        let mut patches = Patchwork::new(self.ground, label);
        let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
        let mut tried: BTreeMap<[u32; 2], Part> = BTreeMap::new();
        let mut offers = Offers::new();
        let all = |a: u32, patches: &Patchwork| patches.neighbours(a).into_iter().map(move |b| [a.min(b), a.max(b)]);
        let mut pairs: Vec<[u32; 2]> = (0..parts.len() as u32).flat_map(|a| all(a, &patches)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        while watch.goes_on() {
            let try_one = |&[a, b]: &[u32; 2]| -> Option<(u64, [u32; 2], Part)> {
                let Foretold { stretch, outline, .. } = patches.foretold(a, b);
                let allowed = self.bound.map_or(0.0, |s| HOPELESS * (s - 1.0));
                // Where fewer charts are asked for, any two may have to merge.
                let hopeless = stretch > allowed || patches.is_ragged(a, b, outline);
                if self.count.is_none() && hopeless || !patches.is_disk(a, b) {
                    return None;
                }
                let (one, two) = (parts[a as usize].as_ref()?, parts[b as usize].as_ref()?);
                let mut faces = [&one.faces[..], &two.faces].concat();
                faces.sort_unstable();
                let part = self.part(faces, Some([one, two]));
                let price = (part.stretch() - 1.0 + FLAT).max(0.0) * outline;
                part.flat.is_some().then(|| (price.to_bits(), [a, b], part))
            };
            let found: Vec<_> = pairs.par_iter().filter_map(try_one).collect();
            for (price, pair, part) in found {
                offers.push(Reverse((price, pair, patches.ages(pair))));
                tried.insert(pair, part);
            }
            let fits = |part: &Part, patches: &Patchwork| {
                self.bound.is_some_and(|s| part.stretch() <= s) || self.count.is_some_and(|n| patches.count() > n)
            };
            let next = loop {
                let Some(Reverse((_, pair, ages))) = offers.pop() else { break None };
                if patches.ages(pair) != ages {
                    continue;
                }
                if let Some(part) = tried.remove(&pair)
                    && fits(&part, &patches)
                {
                    break Some((pair, part));
                }
            };
            let Some(([a, b], part)) = next else { break };
            let root = patches.merge(a, b);
            (parts[a as usize], parts[b as usize]) = (None, None);
            parts[root as usize] = Some(part);
            tried.retain(|pair, _| !pair.iter().any(|c| [a, b].contains(c)));
            pairs = all(root, &patches).collect();
        }
        parts.into_iter().flatten().collect()
    }
}

/// Labels renumbered from 0, in their order of appearance.
fn compact(mut label: Vec<u32>) -> Vec<u32> {
    let mut number = BTreeMap::new();
    for a in label.iter_mut().filter(|a| **a != NONE) {
        let next = number.len() as u32;
        *a = *number.entry(*a).or_insert(next);
    }
    label
}

/// Triangles of each label, ascending.
fn by_label(label: &[u32]) -> Vec<Vec<u32>> {
    let count = label.iter().filter(|&&a| a != NONE).max().map_or(0, |&a| a as usize + 1);
    let mut lists = vec![Vec::new(); count];
    for (f, &a) in label.iter().enumerate().filter(|(_, a)| **a != NONE) {
        lists[a as usize].push(f as u32);
    }
    lists.retain(|l| !l.is_empty());
    lists
}
