//! Claims about lists: sites without a cell, merged sites, facet integrals, polygons.

use super::super::family::Family;
use super::super::gradient::{mass_gradient, site_gradient_in};
use super::bounds;
use super::bounds::{AGAIN, ROUNDED};
use super::claims::{Claims, PointsAndNumbers};
use super::line::{Line, count};
use crate::diagram::{CellRecord, Cells};
use crate::problem::{Scales, WithSites};
use std::collections::BTreeMap;

/// Cells of a multiple as cells of the problem itself.
pub fn records_in_own<const D: usize>(cells: Vec<CellRecord<[f64; D]>>, scales: &Scales) -> Vec<CellRecord<[f64; D]>> {
    let own = |cell: CellRecord<[f64; D]>| {
        let vertices = cell.vertices.into_iter().map(|v| scales.point(v)).collect();
        CellRecord { vertices, ..cell }
    };
    cells.into_iter().map(own).collect()
}

/// Which sites have a cell?
pub(super) fn cells<const D: usize>(claims: &Claims<'_, D>, still: &dyn Cells<D>) -> Line {
    let (hidden, claimed) = (still.hidden(), claims.hidden);
    let cells = count(still.len() - hidden.len(), "cell");
    let mut text = format!("{cells}, {} without a cell (claimed {})", count(hidden.len(), "site"), claimed.len());
    if hidden != claimed {
        let first = hidden.iter().zip(claimed).position(|(a, b)| a != b).unwrap_or(hidden.len().min(claimed.len()));
        let entry = |list: &[u32]| list.get(first).map_or("not there".into(), u32::to_string);
        text.push_str(&format!("; hidden[{first}] is claimed to be {}, it is {}", entry(claimed), entry(&hidden)));
    }
    Line::new("cells", hidden == claimed, text)
}

/// What only some solutions carry: the map of merged sites, the facet integrals, the cells.
pub(super) fn lines<const D: usize>(
    claims: &Claims<'_, D>,
    family: &impl Family<D>,
    still: &dyn Cells<D>,
    scales: Option<&Scales>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if claims.site_of_input.is_some() || family.problem().site_of_input().is_some() {
        let same = claims.site_of_input == family.problem().site_of_input();
        let text = match same {
            true => "site_of_input maps the sites given to those left after merging",
            false => "site_of_input is not the map from the sites given to those left after merging",
        };
        lines.push(Line::new("merged", same, text));
    }
    if let Some(claimed) = claims.hessian {
        let wrong = wrong_facet(claimed, &still.walls(), still.len(), bounds::wall(still, family.sites()));
        let facets = count(claimed.len(), "facet integral");
        let right = match family.stays() {
            Some(_) => format!("the {facets} claimed are right, {AGAIN}"),
            None => format!("the {facets} claimed are those of the cells"),
        };
        lines.push(Line::unless("hessian", wrong, right));
    }
    if let Some(claimed) = claims.gradient {
        let wrong = wrong_gradient(claimed, claims, family);
        let right = "dW/dy and dW/dnu are what centroids, masses and weights make them";
        lines.push(Line::unless("gradient", wrong, right));
    }
    if let Some(claimed) = claims.cells {
        lines.push(match still.records() {
            None => Line::fail("polygons", "cells are polygons, but those of partial transport are bounded by arcs"),
            Some(truth) => {
                // Vertices are good to an ulp of the size, along each axis.
                let (mut sizes, mut truth) = (still.sizes(), truth);
                if let Some(scales) = scales {
                    (sizes, truth) = (scales.point(sizes), records_in_own(truth, scales));
                }
                let apart = |a: f64, b: f64, k: usize| (a - b).abs() <= 2.0 * f64::EPSILON * sizes[k];
                let near = |a: &[f64; D], b: &[f64; D]| (0..D).all(|k| apart(a[k], b[k], k));
                let wrong = wrong_cell(claimed, &truth, near);
                let right =
                    format!("the vertices and neighbours of {} are right", count(claimed.len(), family.record()));
                let text = |k| format!("cells[{k}] is not what the heights make of it");
                Line::unless("polygons", wrong.map(text), right)
            }
        });
    }
    lines
}

/// The first claimed facet integral that is not one, in words. Rows ascend, and each has `i < j`.
///
/// What is not listed counts as 0: where more than three cells meet, the solver may list a facet of
/// no length with an integral of rounding errors.
fn wrong_facet(
    claimed: &[(u32, u32, f64)],
    truth: &[(u32, u32, f64)],
    sites: usize,
    slack: impl Fn(u32, u32, f64) -> f64,
) -> Option<String> {
    let n = claimed.len();
    let disordered = |&k: &usize| {
        let (i, j, _) = claimed[k];
        i >= j || j as usize >= sites || k + 1 < n && (i, j) >= (claimed[k + 1].0, claimed[k + 1].1)
    };
    if let Some(k) = (0..n).find(disordered) {
        return Some(format!("hessian[{k}]: rows [i, j, H] name two sites, i < j, and ascend"));
    }
    let mut left: BTreeMap<(u32, u32), f64> = truth.iter().map(|&(i, j, h)| ((i, j), h)).collect();
    for &(i, j, h) in claimed {
        let exact = left.remove(&(i, j)).unwrap_or(0.0);
        if !(h == exact || (h - exact).abs() <= slack(i, j, exact)) {
            return Some(format!("hessian: the facet of {i} and {j} is claimed to have {h}, it has {exact}"));
        }
    }
    let lost = left.into_iter().find(|&((i, j), h)| !(h <= slack(i, j, 0.0)));
    lost.map(|((i, j), h)| format!("hessian: the facet of {i} and {j} is missing, it has {h}"))
}

/// The first derivative that does not follow from what else is claimed, in words.
fn wrong_gradient<const D: usize>(
    (sites, masses): PointsAndNumbers<'_, D>,
    claims: &Claims<'_, D>,
    family: &impl Family<D>,
) -> Option<String> {
    let truth = site_gradient_in(family.metric(), family.sites(), family.masses(), claims.centroids);
    // Terms of a sum in a metric are as large as its greatest entries.
    let most = family.metric().map_or(1.0, |m| 3.0 * m.greatest() * m.greatest());
    // A difference and two products: an ulp of each, of numbers as large as the coordinates.
    let near = |i: usize, a: f64, b: f64, k: usize| {
        let (y, c) = (family.sites()[i][k], claims.centroids[i].map_or(0.0, |c| c[k]));
        (a - b).abs() <= ROUNDED * most * 2.0 * family.masses()[i] * (y.abs() + c.abs()) || a == b
    };
    let same = |i: usize| match (&sites[i], &truth[i]) {
        (Some(a), Some(b)) => (0..D).all(|k| near(i, a[k], b[k], k)),
        (a, b) => a.is_none() == b.is_none(),
    };
    if let Some(i) = (0..truth.len()).find(|&i| !same(i)) {
        let text = |g: &Option<[f64; D]>| g.map_or("none".to_string(), |g| format!("{g:?}"));
        return Some(format!("gradient_sites[{i}] is claimed to be {}, it is {}", text(&sites[i]), text(&truth[i])));
    }
    let truth = if family.stays().is_some() { claims.weights.to_vec() } else { mass_gradient(claims.weights) };
    let scale = claims.weights.iter().fold(0.0f64, |most, w| most.max(w.abs()));
    let wrong = (0..truth.len()).find(|&i| !((masses[i] - truth[i]).abs() <= ROUNDED * scale || masses[i] == truth[i]));
    wrong.map(|i| format!("gradient_masses[{i}] is claimed to be {:?}, it is {:?}", masses[i], truth[i]))
}

/// The first claimed cell that is not one.
fn wrong_cell<P>(claimed: &[CellRecord<P>], truth: &[CellRecord<P>], near: impl Fn(&P, &P) -> bool) -> Option<usize> {
    let same = |(a, b): (&CellRecord<P>, &CellRecord<P>)| {
        a.site == b.site
            && a.face == b.face
            && a.neighbors == b.neighbors
            && a.vertices.len() == b.vertices.len()
            && a.vertices.iter().zip(&b.vertices).all(|(a, b)| near(a, b))
    };
    let wrong = claimed.iter().zip(truth).position(|pair| !same(pair));
    wrong.or_else(|| (claimed.len() != truth.len()).then(|| claimed.len().min(truth.len())))
}
