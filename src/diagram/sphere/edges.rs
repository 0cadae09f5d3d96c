//! Circles between the blocks of an image, named as sites are.
//!
//! A name at or above [`EDGES`] is that of a cap that a meridian or parallel bounds: the lowest bit
//! says on which side, the next one which of the two kinds, the others which line.

use crate::domain::SphereImage;
use crate::exact::big::{self, Integer};

/// Names of sites are below.
pub(super) const EDGES: u32 = 1 << 31;

/// Is it the name of a line of an image?
#[inline]
pub(super) fn is_edge(name: u32) -> bool {
    name >= EDGES
}

/// The cap east (or west) of a meridian, seen within half of the sphere, or north (or south) of a
/// parallel.
pub(super) fn edge(meridian: bool, line: u32, beyond: bool) -> u32 {
    EDGES | line << 2 | u32::from(meridian) << 1 | u32::from(!beyond)
}

/// Normal of about length 1, and constant.
pub(super) fn row(image: &SphereImage, name: u32) -> ([f64; 3], f64) {
    let line = (name & !EDGES) >> 2;
    let (n, d) = if name & 2 != 0 {
        let [c, s] = image.meridian(line);
        ([-s, c, 0.0], 0.0)
    } else {
        ([0.0, 0.0, 1.0], -image.parallel(line))
    };
    if name & 1 == 0 { (n, d) } else { (n.map(|n| -n), -d) }
}

/// A positive multiple of it in integers.
#[cold]
pub(super) fn exact(image: &SphereImage, name: u32) -> [Integer; 4] {
    let ([x, y, z], d) = row(image, name);
    let all = [x, y, z, d];
    let least = all.iter().filter(|v| **v != 0.0).map(|v| big::decompose(*v).1).min().unwrap_or(0);
    all.map(|v| {
        let (m, at) = big::decompose(v);
        if m == 0 { Integer::new() } else { Integer::from(m) << (at - least) as u32 }
    })
}
