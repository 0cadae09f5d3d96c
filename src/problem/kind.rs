//! The kinds of sources: the one list of them, and the one match on it.

/// What there is one of for each kind of source: a domain, a problem, a solution.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<P, S, V, T, G> {
    /// The source lives in the plane.
    Plane(P),
    /// It lives on a surface in space.
    Surface(S),
    /// It fills a part of space: a box, a polyhedron, a torus of three dimensions.
    Space(V),
    /// It is a torus of the plane.
    Torus(T),
    /// It is a sphere.
    Sphere(G),
}

/// Does the same with what there is, of whatever kind it is: `visit!(any, it => expression)`. The
/// expression is compiled for each kind, and all must come to one type.
#[macro_export]
macro_rules! visit {
    ($any:expr, $it:pat => $body:expr) => {
        match $any {
            $crate::problem::Kind::Plane($it) => $body,
            $crate::problem::Kind::Surface($it) => $body,
            $crate::problem::Kind::Space($it) => $body,
            $crate::problem::Kind::Torus($it) => $body,
            $crate::problem::Kind::Sphere($it) => $body,
        }
    };
}

/// As [`visit!`], where what comes of it is of the same kind.
#[macro_export]
macro_rules! map_kind {
    ($any:expr, $it:pat => $body:expr) => {
        match $any {
            $crate::problem::Kind::Plane($it) => $crate::problem::Kind::Plane($body),
            $crate::problem::Kind::Surface($it) => $crate::problem::Kind::Surface($body),
            $crate::problem::Kind::Space($it) => $crate::problem::Kind::Space($body),
            $crate::problem::Kind::Torus($it) => $crate::problem::Kind::Torus($body),
            $crate::problem::Kind::Sphere($it) => $crate::problem::Kind::Sphere($body),
        }
    };
}
