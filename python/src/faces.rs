//! What a kind of source must bring to be met in Python. All else is written once for all of them.

use crate::plan::{AnyHeld, AnyPending, Held, Pending};
use brenier::diagram::space::SpaceFinder;
use brenier::exact::Heights;
use brenier::io::FileData;
use brenier::problem::{
    Kind, Problem, ProblemData, SpaceProblem, SpaceProblemData, SphereProblem, SphereProblemData, SurfaceProblem,
    SurfaceProblemData,
};
use brenier::sample::Sampled;
use brenier::transport::{BrenierMap, Quantizable, SpaceLocator};
use std::sync::Arc;

/// What finds cells: the whole map in the plane, else what tells the site of a point.
pub type Located = Kind<BrenierMap, SpaceLocator, SpaceFinder, SpaceFinder, SpaceLocator>;

/// A kind of source.
pub trait Face<const D: usize>:
    FileData<Point = [f64; D], Source: Send, Problem: Quantizable<D> + Sampled<D> + Send> + Sized + 'static
{
    fn any(held: Arc<Held<Self, D>>) -> AnyHeld;
    fn pending(pending: Pending<Self>) -> AnyPending;
    fn located(problem: &Self::Problem, heights: &Heights) -> Result<Located, String>;
    /// The sites of points.
    fn cells_of(located: &Located, points: &[[f64; D]], cells: &mut [u32]);
}

impl Face<2> for ProblemData {
    fn any(held: Arc<Held<Self, 2>>) -> AnyHeld {
        Kind::Plane(held)
    }
    fn pending(pending: Pending<Self>) -> AnyPending {
        Kind::Plane(pending)
    }
    fn located(problem: &Problem, heights: &Heights) -> Result<Located, String> {
        BrenierMap::new(problem, heights).map(Kind::Plane).map_err(|e| e.to_string())
    }
    fn cells_of(located: &Located, points: &[[f64; 2]], cells: &mut [u32]) {
        if let Kind::Plane(map) = located {
            map.locator().cells_of(points, cells);
        }
    }
}

impl Face<3> for SurfaceProblemData {
    fn any(held: Arc<Held<Self, 3>>) -> AnyHeld {
        Kind::Surface(held)
    }
    fn pending(pending: Pending<Self>) -> AnyPending {
        Kind::Surface(pending)
    }
    fn located(problem: &SurfaceProblem, heights: &Heights) -> Result<Located, String> {
        SpaceLocator::new(problem.sites(), heights).map(Kind::Surface).map_err(|e| e.to_string())
    }
    fn cells_of(located: &Located, points: &[[f64; 3]], cells: &mut [u32]) {
        if let Kind::Surface(locator) = located {
            locator.cells_of(points, cells);
        }
    }
}

impl Face<3> for SphereProblemData {
    fn any(held: Arc<Held<Self, 3>>) -> AnyHeld {
        Kind::Sphere(held)
    }
    fn pending(pending: Pending<Self>) -> AnyPending {
        Kind::Sphere(pending)
    }
    fn located(problem: &SphereProblem, heights: &Heights) -> Result<Located, String> {
        SpaceLocator::new(problem.sites(), heights).map(Kind::Sphere).map_err(|e| e.to_string())
    }
    fn cells_of(located: &Located, points: &[[f64; 3]], cells: &mut [u32]) {
        if let Kind::Sphere(locator) = located {
            locator.cells_of(points, cells);
        }
    }
}

/// The two kinds of sources in space and on tori differ in their dimension only.
macro_rules! space_face {
    ($d:literal, $kind:ident) => {
        impl Face<$d> for SpaceProblemData<$d> {
            fn any(held: Arc<Held<Self, $d>>) -> AnyHeld {
                Kind::$kind(held)
            }
            fn pending(pending: Pending<Self>) -> AnyPending {
                Kind::$kind(pending)
            }
            fn located(problem: &SpaceProblem<$d>, heights: &Heights) -> Result<Located, String> {
                Ok(Kind::$kind(SpaceFinder::new(problem, heights)))
            }
            fn cells_of(located: &Located, points: &[[f64; $d]], cells: &mut [u32]) {
                if let Kind::$kind(finder) = located {
                    cells.iter_mut().zip(points).for_each(|(cell, x)| *cell = finder.site_of(x));
                }
            }
        }
    };
}
space_face!(3, Space);
space_face!(2, Torus);
