//! Point location among sites in space.

use super::{CHUNK, LocatorError, NOWHERE, sound};
use crate::diagram::surface::Envelope;
use crate::exact::Heights;
use rayon::prelude::*;

/// Finds the site that is highest at any point of space: on a surface, the cell that the point lies
/// in.
///
/// ```
/// use brenier::{exact::Heights, transport::SpaceLocator};
/// let sites = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
/// let locator = SpaceLocator::new(&sites, &Heights::zeros(2)).unwrap();
/// assert_eq!(locator.cell_of([0.5, 9.0, 0.25]), 1);
/// assert_eq!(locator.cell_of([0.5, 9.0, 0.5]), 0); // a tie: the lower index
/// ```
#[derive(Clone, Debug)]
pub struct SpaceLocator {
    envelope: Envelope,
}

impl SpaceLocator {
    /// Prepares for points anywhere. Cost: O(n log n), about 150 bytes a site.
    ///
    /// # Errors
    /// No sites, not one height per site, or a number that is not finite.
    pub fn new(sites: &[[f64; 3]], heights: &Heights) -> Result<SpaceLocator, LocatorError> {
        sound(sites, heights)?;
        Ok(SpaceLocator { envelope: Envelope::new(sites, heights) })
    }

    /// The site that is highest at a point; [`NOWHERE`] if the point is not finite. About O(log n)
    /// where heights are those of a smooth map.
    pub fn cell_of(&self, x: [f64; 3]) -> u32 {
        if !x.iter().all(|c| c.is_finite()) {
            return NOWHERE;
        }
        self.envelope.highest(x, &mut Default::default())
    }

    /// The highest sites at many points, in parallel; `cells` has the length of `points`, else what
    /// is more of either is left alone. The same for any number of threads.
    pub fn cells_of(&self, points: &[[f64; 3]], cells: &mut [u32]) {
        points.par_chunks(CHUNK).zip(cells.par_chunks_mut(CHUNK)).for_each(|(points, cells)| {
            let mut found = Default::default();
            for (x, cell) in points.iter().zip(cells) {
                let finite = x.iter().all(|c| c.is_finite());
                *cell = if finite { self.envelope.highest(*x, &mut found) } else { NOWHERE };
            }
        });
    }
}
