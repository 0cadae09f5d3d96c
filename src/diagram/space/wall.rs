//! What the faces of a cell in space are called.

/// A neighbour's image on a torus: by how many periods it is moved along each axis, -1, 0 or 1.
///
/// No more are needed. A cell lies within half a period of its site along each periodic axis (the
/// walls to its own images say so), and among the images of another site, which have one weight,
/// the nearest one wins. So the image is within a period of the site, and both lie in one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shift(u8);

impl Shift {
    /// The neighbour itself.
    pub const NONE: Shift = Shift(13);

    /// By so many periods; numbers beyond -1 to 1 count as those.
    pub fn of(periods: [i8; 3]) -> Shift {
        let [x, y, z] = periods.map(|p| (p.clamp(-1, 1) + 1) as u8);
        Shift(x + 3 * y + 9 * z)
    }

    /// The number of periods along each axis.
    #[inline]
    pub fn periods(self) -> [i8; 3] {
        let code = self.0 as i8;
        [code % 3 - 1, code / 3 % 3 - 1, code / 9 - 1]
    }

    /// The image as which the cell's own site is seen from there.
    pub fn back(self) -> Shift {
        Shift(26 - self.0)
    }

    /// Those along some axes: none first, then the nearer ones.
    pub(super) fn all(periodic: [bool; 3]) -> Vec<Shift> {
        let may = |s: &Shift| s.periods().iter().zip(&periodic).all(|(&p, &free)| free || p == 0);
        let mut shifts: Vec<Shift> = (0..27).map(Shift).filter(may).collect();
        shifts.sort_by_key(|s| (s.periods().iter().filter(|p| **p != 0).count(), *s));
        shifts
    }
}

/// What a face of a cell lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wall {
    /// A face of the domain: of a box `2 k` below and `2 k + 1` above along axis `k`, of a
    /// polyhedron in its own numbering; of tetrahedron `t` of a mesh `4 t + k` opposite its corner
    /// `k`, of a solid a side of one of the parts that it is cut into.
    Domain(u32),
    /// The wall to an image of a site.
    Site(u32, Shift),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_go_there_and_back() {
        let all = Shift::all([true; 3]);
        assert_eq!((all.len(), all[0]), (27, Shift::NONE));
        for s in all {
            assert_eq!(Shift::of(s.periods()), s);
            assert_eq!(s.back().periods(), s.periods().map(|p| -p));
        }
        assert_eq!(Shift::all([true, false, false]).len(), 3);
    }
}
