//! Where points come from: cube, box, ball, Gaussian, rows of a file, anybody's sampler.

use super::codes::check_rows;
use super::error::LatentError;
use std::fmt;
use std::sync::Arc;

/// Anybody's source of independent points.
///
/// What is drawn must be a function of the arguments alone: then results are the same for any
/// number of threads, and after a resume.
pub trait Sampler: Send + Sync {
    /// Coordinates of a point.
    fn dimension(&self) -> usize;

    /// `count` independent points, row after row. `block` numbers the calls: points of different
    /// blocks or seeds are independent.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn draw(&self, seed: u64, block: u64, count: usize) -> Result<Vec<f64>, String>;
}

/// Rows in a random order.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub(super) dimension: usize,
    pub(super) rows: Vec<f64>,
}

/// A source of points.
#[derive(Clone)]
#[non_exhaustive]
pub enum Source {
    /// The unit cube of this dimension.
    Cube(usize),
    /// A box with these corners.
    Box(Vec<f64>, Vec<f64>),
    /// A ball with this centre and radius.
    Ball(Vec<f64>, f64),
    /// Independent normal coordinates with these means and one standard deviation.
    Gaussian(Vec<f64>, f64),
    /// Independent points of a law that is not known otherwise: each row is used once.
    Rows(Arc<Rows>),
    /// Points from a function.
    Sampler(Arc<dyn Sampler>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of dimension {}", self.name(), self.dimension())
    }
}

fn wrong(what: impl Into<String>, cure: &'static str) -> LatentError {
    LatentError::Source { what: what.into(), cure }
}

impl Source {
    /// The box between two corners.
    ///
    /// # Errors
    /// Corners of different lengths, not finite, or without a distance in some coordinate.
    pub fn cuboid(min: Vec<f64>, max: Vec<f64>) -> Result<Source, LatentError> {
        if min.len() != max.len() {
            return Err(LatentError::Length { what: "max", found: max.len(), expected: min.len() });
        }
        check_rows("min", min.len().max(1), &min)?;
        check_rows("max", max.len().max(1), &max)?;
        match min.iter().zip(&max).position(|(a, b)| !(b - a > 1e-140)) {
            Some(k) => Err(wrong(
                format!("the box goes from {} to {} in coordinate {k}", min[k], max[k]),
                "give corners with min below max",
            )),
            None => Source::Box(min, max).checked(),
        }
    }

    /// The ball about a centre.
    ///
    /// # Errors
    /// A centre that is not finite, a radius that is not positive.
    pub fn ball(center: Vec<f64>, radius: f64) -> Result<Source, LatentError> {
        check_rows("center", center.len().max(1), &center)?;
        match radius > 1e-140 && radius < 1e140 {
            true => Source::Ball(center, radius).checked(),
            false => Err(wrong(format!("the ball has radius {radius}"), "give a positive one")),
        }
    }

    /// The Gaussian with independent coordinates of one deviation.
    ///
    /// # Errors
    /// A mean that is not finite, a deviation that is not positive.
    pub fn gaussian(mean: Vec<f64>, deviation: f64) -> Result<Source, LatentError> {
        check_rows("mean", mean.len().max(1), &mean)?;
        match deviation > 1e-140 && deviation < 1e140 {
            true => Source::Gaussian(mean, deviation).checked(),
            false => Err(wrong(format!("the Gaussian has deviation {deviation}"), "give a positive one")),
        }
    }

    /// Rows of a file: independent points of a law that is not known otherwise. Each is used once,
    /// in a random order; what validates is never what was learned from.
    ///
    /// # Errors
    /// Fewer than 16 rows, numbers that are not finite, rows that are all equal.
    pub fn rows(dimension: usize, rows: Vec<f64>) -> Result<Source, LatentError> {
        if dimension == 0 || !rows.len().is_multiple_of(dimension) {
            let expected = rows.len().next_multiple_of(dimension.max(1));
            return Err(LatentError::Length { what: "points", found: rows.len(), expected });
        }
        check_rows("points", dimension, &rows)?;
        let count = rows.len() / dimension;
        if count < 16 {
            return Err(wrong(format!("{count} points are no source"), "give thousands of independent ones"));
        }
        if rows.chunks_exact(dimension).all(|row| row == &rows[..dimension]) {
            return Err(wrong("all points of the source are equal", "give independent ones"));
        }
        Source::Rows(Arc::new(Rows { dimension, rows })).checked()
    }

    fn checked(self) -> Result<Source, LatentError> {
        let dimension = self.dimension();
        match (1..=super::error::MAX_DIMENSION).contains(&dimension) {
            true => Ok(self),
            false => Err(LatentError::Dimension { dimension }),
        }
    }

    /// Coordinates of a point.
    pub fn dimension(&self) -> usize {
        match self {
            Source::Cube(d) => *d,
            Source::Box(min, _) => min.len(),
            Source::Ball(center, _) => center.len(),
            Source::Gaussian(mean, _) => mean.len(),
            Source::Rows(rows) => rows.dimension,
            Source::Sampler(sampler) => sampler.dimension(),
        }
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Source::Cube(_) => "cube",
            Source::Box(..) => "box",
            Source::Ball(..) => "ball",
            Source::Gaussian(..) => "gaussian",
            Source::Rows(_) => "points",
            Source::Sampler(_) => "sampler",
        }
    }

    /// Are integrals along lines known, so that stars can be drawn?
    pub fn has_lines(&self) -> bool {
        !matches!(self, Source::Rows(_) | Source::Sampler(_))
    }

    /// How many points there are at most.
    pub fn most_points(&self) -> Option<u64> {
        match self {
            Source::Rows(rows) => Some((rows.rows.len() / rows.dimension) as u64),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_without_inside_are_told() {
        let text = |s: Result<Source, LatentError>| s.unwrap_err().to_string();
        let flat = text(Source::cuboid(vec![0.0, 1.0], vec![1.0, 1.0]));
        assert_eq!(flat, "the box goes from 1 to 1 in coordinate 1; give corners with min below max");
        assert_eq!(text(Source::ball(vec![0.0], 0.0)), "the ball has radius 0; give a positive one");
        assert!(text(Source::gaussian(vec![f64::NAN], 1.0)).contains("mean[0][0] is NaN"));
        assert!(text(Source::rows(2, vec![0.0; 6])).contains("3 points are no source"));
        assert!(text(Source::rows(2, vec![1.0; 64])).contains("all points of the source are equal"));
        assert!(text(Source::cuboid(vec![], vec![])).contains("0 coordinates"));
    }
}
