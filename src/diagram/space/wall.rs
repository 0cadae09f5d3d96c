//! What the faces of a cell in space are called.

/// A neighbour's image on a torus: by how many periods it is moved along each axis, -3 to 3.
///
/// In the euclidean metric -1, 0 and 1 are enough. A cell lies within half a period of its site
/// along each periodic axis (the walls to its own images say so), and among the images of another
/// site, which have one weight, the nearest one wins. So the image is within a period of the site,
/// and both lie in one box. In a skew metric there may be more: `SpaceDomain::images`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shift(u16);

/// Most periods.
const MOST: i8 = 3;

/// So many numbers of periods along one axis.
const SIDE: u16 = 2 * MOST as u16 + 1;

impl Shift {
    /// The neighbour itself.
    pub const NONE: Shift = Shift(MOST as u16 * (1 + SIDE + SIDE * SIDE));

    /// By so many periods; numbers beyond -3 to 3 count as those.
    pub fn of(periods: [i8; 3]) -> Shift {
        let [x, y, z] = periods.map(|p| (p.clamp(-MOST, MOST) + MOST) as u16);
        Shift(x + SIDE * y + SIDE * SIDE * z)
    }

    /// The number of periods along each axis.
    #[inline]
    pub fn periods(self) -> [i8; 3] {
        let along = |code: u16| (code % SIDE) as i8 - MOST;
        [along(self.0), along(self.0 / SIDE), along(self.0 / (SIDE * SIDE))]
    }

    /// The image as which the cell's own site is seen from there.
    pub fn back(self) -> Shift {
        Shift(2 * Shift::NONE.0 - self.0)
    }

    /// Those of at most so many periods along each axis: none first, then the nearer ones.
    pub(super) fn all(most: [i8; 3]) -> Vec<Shift> {
        let within = |s: &Shift| s.periods().iter().zip(&most).all(|(p, most)| p.abs() <= *most);
        let mut shifts: Vec<Shift> = (0..SIDE * SIDE * SIDE).map(Shift).filter(within).collect();
        let far = |s: &Shift| {
            let p = s.periods();
            (p.iter().map(|p| p.abs()).max(), p.iter().filter(|p| **p != 0).count(), *s)
        };
        shifts.sort_by_key(far);
        shifts
    }
}

/// What a face of a cell lies on. Faces of the domain come first, by number, then sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wall {
    /// A face of the domain: of a box `2 k` below and `2 k + 1` above along axis `k`, of a
    /// polyhedron in its own numbering; of tetrahedron `t` of a mesh `4 t + k` opposite its corner
    /// `k`, of a solid a side of one of the parts that it is cut into.
    Domain(u32),
    /// The wall to an image of a site.
    Site(u32, Shift),
}

impl Wall {
    /// All of it in one number, in its order.
    #[inline]
    pub(super) fn key(self) -> u64 {
        match self {
            Wall::Domain(k) => u64::from(k),
            Wall::Site(j, shift) => 1 << 63 | u64::from(j) << 16 | u64::from(shift.0),
        }
    }
}

impl Ord for Wall {
    #[inline]
    fn cmp(&self, other: &Wall) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Wall {
    #[inline]
    fn partial_cmp(&self, other: &Wall) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_go_there_and_back() {
        let all = Shift::all([1; 3]);
        assert_eq!((all.len(), all[0]), (27, Shift::NONE));
        for s in Shift::all([3; 3]) {
            assert_eq!(Shift::of(s.periods()), s);
            assert_eq!(s.back().periods(), s.periods().map(|p| -p));
        }
        assert_eq!(Shift::all([2, 0, 0]).len(), 5);
    }
}
