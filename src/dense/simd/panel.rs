//! Sites, points and what these have seen, as the loops for all instructions have them.

/// Points in a tile.
pub(crate) const POINTS: usize = 4;
/// Sites in a panel.
pub(crate) const SITES: usize = 96;
/// Running maxima kept for each point: one for each residue class of sites.
pub(crate) const LANES: usize = 16;
/// Sites of a panel that share a lane.
pub(crate) const GROUP: usize = SITES / LANES;
/// Blocks of coordinates that are reflected, and points that this makes of one.
pub(crate) const BLOCKS: usize = 4;
pub(crate) const REFLECTIONS: usize = 1 << BLOCKS;

/// What a point has seen so far, lane by lane: the largest value, the largest one of another panel,
/// and the panel of the largest.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Best {
    pub best: [f32; LANES],
    pub second: [f32; LANES],
    pub panel: [u32; LANES],
}

impl Best {
    /// Nothing seen.
    pub const NONE: Best =
        Best { best: [f32::NEG_INFINITY; LANES], second: [f32::NEG_INFINITY; LANES], panel: [0; LANES] };

    /// The largest value of a panel in a lane.
    #[inline(always)]
    pub(super) fn meet(&mut self, lane: usize, value: f32, panel: u32) {
        if value > self.best[lane] {
            self.second[lane] = self.second[lane].max(self.best[lane]);
            (self.best[lane], self.panel[lane]) = (value, panel);
        } else {
            self.second[lane] = self.second[lane].max(value);
        }
    }
}

/// One panel of sites against tiles of points.
pub(crate) struct Panel<'a> {
    /// Coordinate after coordinate, of [`SITES`] sites each.
    pub sites: &'a [f32],
    pub heights: &'a [f32; SITES],
    pub number: u32,
}

/// Tiles with their points, factor and maxima, `EACH` of these a tile.
pub(super) fn each_tile<'a, const EACH: usize>(
    tiles: &'a [f32],
    scales: &'a [f32],
    best: &'a mut [Best],
) -> impl Iterator<Item = (&'a [[f32; POINTS]], f32, &'a mut [Best; EACH])> {
    let coordinates = tiles.as_chunks::<POINTS>().0;
    let each = (coordinates.len() / scales.len().max(1)).max(1);
    let points = best.as_chunks_mut::<EACH>().0.iter_mut();
    coordinates.chunks_exact(each).zip(scales).zip(points).map(|((x, &s), b)| (x, s, b))
}

/// Work whose loops the compiler makes vectors of. `run` must be `#[inline(always)]`, and what it
/// calls too: only then is it compiled for the instructions of its caller. (A closure cannot be
/// marked so, and a large one is not inlined.)
pub(crate) trait Task {
    type Output;
    fn run(self) -> Self::Output;
}
