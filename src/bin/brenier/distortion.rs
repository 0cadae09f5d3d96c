//! How much a map distorts, as reports of every kind of map have it.

use brenier::parameterize::{Distortion, Histogram};
use serde::Serialize;

/// Fields of a report, among others.
#[derive(Serialize)]
pub struct DistortionFields<'a> {
    area_error: f64,
    star_error: f64,
    area_ratio: [f64; 2],
    stretch_50_95_99: [f64; 3],
    stretch_mean: f64,
    angle_error_50_95_99: [f64; 3],
    area_histogram: Bins<'a>,
    angle_histogram: Bins<'a>,
    worst: Vec<Worst>,
}

#[derive(Serialize)]
struct Bins<'a> {
    of: &'a str,
    low: f64,
    high: f64,
    share_of_area: &'a [f64],
}

#[derive(Serialize)]
struct Worst {
    triangle: u32,
    area_ratio: f64,
    stretch: f64,
}

impl DistortionFields<'_> {
    /// Of a map whose triangles have these numbers in the report.
    pub fn new(d: &Distortion, number: impl Fn(u32) -> u32) -> DistortionFields<'_> {
        DistortionFields {
            area_error: d.area_error,
            star_error: d.star_error,
            area_ratio: d.area_ratio,
            stretch_50_95_99: d.stretch,
            stretch_mean: d.stretch_mean,
            angle_error_50_95_99: d.angle,
            area_histogram: bins(&d.area_histogram, "log2 of the area ratio"),
            angle_histogram: bins(&d.angle_histogram, "largest angle error in degrees"),
            worst: d
                .worst
                .iter()
                .map(|w| Worst { triangle: number(w.face), area_ratio: w.area_ratio, stretch: w.stretch })
                .collect(),
        }
    }
}

fn bins<'a>(h: &'a Histogram, of: &'a str) -> Bins<'a> {
    Bins { of, low: h.low, high: h.high, share_of_area: &h.share }
}
