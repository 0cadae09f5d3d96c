//! A mesh in repair.

use super::log::{Mend, RepairLog};

/// Faces under repair, with vertices numbered as in the input; those that a cut adds come after
/// them.
pub(super) struct Work<'a> {
    pub(super) vertices: &'a [[f64; 3]],
    pub(super) triangles: Vec<[u32; 3]>,
    /// The input's face of each.
    pub(super) face_of: Vec<u32>,
    pub(super) log: RepairLog,
}

impl Work<'_> {
    pub(super) fn note<T>(&mut self, what: Vec<T>, mend: impl Fn(Vec<T>) -> Mend) {
        if !what.is_empty() {
            self.log.steps.push(mend(what));
        }
    }

    /// Leaves out the faces of the given (ascending) numbers.
    pub(super) fn drop_faces(&mut self, faces: &[u32]) {
        let mut leave = faces.iter().copied().peekable();
        let mut f = 0u32;
        let mut keeps = Vec::with_capacity(self.triangles.len());
        while (f as usize) < self.triangles.len() {
            keeps.push(leave.next_if_eq(&f).is_none());
            f += 1;
        }
        let mut keep = keeps.iter();
        self.triangles.retain(|_| keep.next() != Some(&false));
        let mut keep = keeps.iter();
        self.face_of.retain(|_| keep.next() != Some(&false));
    }

    pub(super) fn originals(&self, faces: &[u32]) -> Vec<u32> {
        faces.iter().map(|&f| self.face_of[f as usize]).collect()
    }
}
