//! Polygons of meshes, which are cut into triangles that follow one another.

/// The polygon that a triangle is part of, by the first triangle of each; none are given where all
/// are triangles.
pub(crate) fn polygon_of(first: &[u32], triangle: u32) -> u32 {
    if first.is_empty() { triangle } else { first.partition_point(|&f| f <= triangle).saturating_sub(1) as u32 }
}
