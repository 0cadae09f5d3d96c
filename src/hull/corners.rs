//! A corner of each vertex, kept while triangles change.

use super::mesh::GHOST;

/// A triangle corner at each of the positions `first ..`, `NONE` for hidden ones.
#[derive(Debug)]
pub struct Corners<'a> {
    first: usize,
    codes: Option<&'a mut [u32]>,
}

impl<'a> Corners<'a> {
    /// Of these positions; flips that touch others are put off.
    pub fn of(first: usize, codes: &'a mut [u32]) -> Corners<'a> {
        Corners { first, codes: Some(codes) }
    }

    /// Nobody asks for corners yet: they are not kept.
    pub fn not_kept() -> Corners<'static> {
        Corners { first: 0, codes: None }
    }

    /// May triangles at this vertex change?
    #[inline(always)]
    pub fn owns(&self, v: u32) -> bool {
        self.codes.as_ref().is_none_or(|c| v == GHOST || (v as usize).wrapping_sub(self.first) < c.len())
    }

    #[inline(always)]
    pub(super) fn set(&mut self, v: u32, corner: u32) {
        if let Some(code) = self.codes.as_mut().and_then(|c| c.get_mut((v as usize).wrapping_sub(self.first))) {
            *code = corner;
        }
    }
}
