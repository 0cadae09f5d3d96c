//! An atlas: a surface in several charts, as few as keep to a stretch, or as many as are asked for.
//!
//! Patches grow as far as a stretch is foretold (`segment`), their borders are straightened
//! (`border`), and each is laid flat (`flatten`). From then on the stretch is measured: a chart
//! with more than is allowed is divided in two, and again; then two neighbours become one wherever
//! what they have together, laid flat, keeps to it, the flattest first.

use super::border::straighten;
use super::build::Piece;
use super::chart::NONE;
use super::flatten::{Flat, Known, flat, joined};
use super::ground::Ground;
use super::measure::area;
use super::options::ParameterizeOptions;
use super::segment::{Foretold, Offer, Offers, Patchwork};
use super::stitch::Shape;
use super::watch::{ParameterizeStage, Stop, Watch};
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
/// What a pair has is mostly about this share of what is foretold. By that pairs are put in the
/// order in which they are measured.
const MOSTLY: f64 = 0.45;
/// Pairs that are measured at once: the same for any number of threads.
const BATCH: usize = 8;
/// Stretch, less one, beside which outlines decide.
const FLAT: f64 = 0.01;
/// Shares of the work that are done when patches have grown and when they are flat, roughly.
const GROWN: f64 = 0.05;
const LAID: f64 = 0.2;

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

    /// Stretch less one that 99 per cent of it keep to, if it is flat.
    fn beyond_one(&self) -> f64 {
        self.flat.as_ref().map_or(0.0, |f| f.stretch[2] - 1.0)
    }

    /// Those of some triangles that it has, as they lie in it, in their size in space.
    fn shapes(&self, faces: &[u32]) -> Option<Vec<Option<Shape>>> {
        let uv = &self.flat.as_ref()?.uv;
        let scale = (self.piece.size / area(&self.piece.chart, uv)).sqrt();
        let lies = |own: usize| self.piece.chart.corners(uv, own).map(|p| p.map(|x| x * scale));
        Some(faces.iter().map(|f| self.faces.binary_search(f).ok().map(lies)).collect())
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
    watch.divides(ParameterizeStage::Division, 1, 0.0);
    let first = shop.first(watch);
    watch.divides(ParameterizeStage::Division, first.len(), LAID / 2.0);
    let divided: Vec<Part> = watch.on_all(first, |part, stop| shop.divided(part, stop)).into_iter().flatten().collect();
    let mut parts = shop.merged(divided, watch);
    parts.sort_by_key(|p| p.faces[0]);
    parts.into_iter().map(|p| (p.piece, p.flat)).collect()
}

impl Workshop<'_> {
    /// Patches by what is foretold, laid flat.
    fn first(&self, watch: &mut Watch<'_>) -> Vec<Part> {
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
        let lists = self.lists(&mut patches, bend);
        watch.divides(ParameterizeStage::Division, lists.len(), GROWN);
        watch.on_all(lists, |faces, stop| self.part(faces, None, self.bound, stop))
    }

    /// Straightens borders; the triangles of each patch.
    fn lists(&self, patches: &mut Patchwork, bend: f64) -> Vec<Vec<u32>> {
        let mut label = compact(patches.labels());
        straighten(self.ground, &mut label, bend);
        by_label(&label)
    }

    /// Some triangles laid flat; not if they are stretched by more than a bound.
    fn part(&self, faces: Vec<u32>, two: Option<[&Part; 2]>, bound: Option<f64>, stop: &Stop) -> Part {
        let piece = self.whole.part(&faces, self.polygons);
        let parts = two.and_then(|[a, b]| joined(&piece.chart, [a.shapes(&faces)?, b.shapes(&faces)?]));
        let flat = flat(&piece.chart, self.last, Known { parts, bound }, stop);
        Part { faces, piece, flat }
    }

    /// Divides what is stretched too much, or cannot be laid flat.
    fn divided(&self, part: Part, stop: &Stop) -> Vec<Part> {
        let bound = self.bound.unwrap_or(f64::MAX);
        let (mut open, mut done) = (vec![part], Vec::new());
        while let Some(part) = open.pop() {
            if part.stretch() <= bound || stop.is_set() {
                done.push(part);
                continue;
            }
            let within = |f: u32| part.faces.binary_search(&f).is_ok();
            let mut patches = Patchwork::of_polygons(self.ground, within);
            patches.grow(f64::INFINITY, 2);
            match patches.count() {
                1 if part.flat.is_some() => done.push(part),
                // One polygon. It is what it is.
                1 => done.push(self.part(part.faces, None, None, stop)),
                _ => {
                    let lists = self.lists(&mut patches, f64::INFINITY);
                    open.extend(lists.into_iter().map(|faces| self.part(faces, None, self.bound, stop)));
                }
            }
        }
        done
    }

    /// Merges neighbours, those first that are flattest together. Pairs are measured in the order
    /// of what is expected of them, and become one once nothing better is expected of another.
    fn merged(&self, parts: Vec<Part>, watch: &mut Watch<'_>) -> Vec<Part> {
        let mut label = vec![NONE; self.ground.triangles.len()];
        for (k, part) in parts.iter().enumerate() {
            part.faces.iter().for_each(|&f| label[f as usize] = k as u32);
        }
        let mut patches = Patchwork::new(self.ground, label);
        let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
        let begin = parts.len();
        let mut tried: BTreeMap<[u32; 2], Part> = BTreeMap::new();
        let mut offers = Offers::new();
        for a in 0..begin as u32 {
            let later = patches.neighbours(a).into_iter().filter(|&b| b > a);
            offers.extend(later.filter_map(|b| self.offer(&patches, &parts, [a, b])));
        }
        loop {
            let merged = (begin - patches.count()) as f64 / begin as f64;
            watch.divides(ParameterizeStage::Merging, patches.count(), LAID + (1.0 - LAID) * merged);
            let enough = self.bound.is_none() && self.count.is_some_and(|n| patches.count() <= n);
            if enough || !watch.goes_on() {
                break;
            }
            let fits = |part: &Part| {
                self.bound.is_some_and(|s| part.stretch() <= s) || self.count.is_some_and(|n| patches.count() > n)
            };
            let (mut batch, mut next) = (Vec::new(), None);
            while batch.len() < BATCH && next.is_none() {
                let Some(Reverse((price, pair, ages))) = offers.pop() else { break };
                if patches.ages(pair) != ages {
                    continue;
                }
                match tried.remove(&pair) {
                    None => batch.push(pair),
                    Some(part) if !batch.is_empty() => {
                        // Perhaps one of those is better.
                        tried.insert(pair, part);
                        offers.push(Reverse((price, pair, ages)));
                        break;
                    }
                    Some(part) => next = fits(&part).then_some((pair, part)),
                }
            }
            if let Some(([a, b], part)) = next {
                let root = patches.merge(a, b);
                (parts[a as usize], parts[b as usize]) = (None, None);
                parts[root as usize] = Some(part);
                tried.retain(|pair, _| !pair.iter().any(|c| [a, b].contains(c)));
                let pairs = patches.neighbours(root).into_iter().map(|b| [root.min(b), root.max(b)]);
                offers.extend(pairs.filter_map(|pair| self.offer(&patches, &parts, pair)));
                continue;
            }
            if batch.is_empty() {
                break;
            }
            let together = |pair: [u32; 2], stop: &Stop| {
                let [one, two] = pair.map(|a| parts[a as usize].as_ref());
                let (one, two) = (one?, two?);
                let mut faces = [&one.faces[..], &two.faces].concat();
                faces.sort_unstable();
                let bound = if self.count.is_none() { self.bound } else { None };
                let part = self.part(faces, Some([one, two]), bound, stop);
                // What was not done says nothing.
                part.flat.as_ref().is_some_and(|f| !f.stopped).then_some((pair, part))
            };
            for (pair, part) in watch.on_all(batch, together).into_iter().flatten() {
                let price = (part.beyond_one() + FLAT) * patches.foretold(pair[0], pair[1]).outline;
                offers.push(Reverse((price.to_bits(), pair, patches.ages(pair))));
                tried.insert(pair, part);
            }
        }
        parts.into_iter().flatten().collect()
    }

    /// Two neighbours with what is expected of them, unless that is hopeless.
    fn offer(&self, patches: &Patchwork, parts: &[Option<Part>], pair: [u32; 2]) -> Option<Offer> {
        let [a, b] = pair;
        let Foretold { stretch, outline, .. } = patches.foretold(a, b);
        let allowed = self.bound.map_or(0.0, |s| HOPELESS * (s - 1.0));
        // Where fewer charts are asked for, any two may have to merge.
        let hopeless = stretch > allowed || patches.is_ragged(a, b, outline);
        if self.count.is_none() && hopeless || !patches.is_disk(a, b) {
            return None;
        }
        // Both are in it, so it is no flatter.
        let least = pair.iter().filter_map(|&c| parts[c as usize].as_ref()).map(Part::beyond_one).fold(0.0, f64::max);
        let price = ((MOSTLY * stretch).max(least) + FLAT) * outline;
        Some(Reverse((price.to_bits(), pair, patches.ages(pair))))
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
