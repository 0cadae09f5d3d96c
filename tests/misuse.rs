//! What a caller of the library may get wrong: lists of wrong lengths, indices of nothing, sizes of
//! zero. The answer is an error, or what the documentation says; never a panic, and never memory
//! that grows with a number.

use brenier::dense::Dense;
use brenier::diagram::quantile_start;
use brenier::diagram::{Diagram, PartialDiagram, SurfaceDiagram};
use brenier::domain::surface::{Topology, repair};
use brenier::domain::{
    Between, ConvexPolygon, Density, Domain, Facets, Image, Patches, PlanarMesh, Surface, SurfaceDensity, spread,
    spread_on,
};
use brenier::exact::{Dd, Heights};
use brenier::newton::Outcome;
use brenier::parameterize::{ParameterizeOptions, parameterize};
use brenier::plot::{Charts, Color, Model, Up, View};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::sample::{Method, Sampler, SurfaceSampler};
use brenier::transport::{
    BrenierMap, Control, Locator, Positions, Progress, SolveOptions, SolverState, SpaceLocator, cell_pieces, cells,
    certify, remesh, solve_with,
};
use std::sync::Arc;

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap()
}

fn plane() -> Problem {
    Problem::new(ProblemData::new(square(), vec![[0.2, 0.3], [0.7, 0.1], [0.5, 0.9]])).unwrap()
}

fn partial() -> Problem {
    let mut data = ProblemData::new(square(), vec![[0.2, 0.3], [0.7, 0.1], [0.5, 0.9]]);
    (data.masses, data.partial) = (Some(vec![0.1; 3]), true);
    Problem::new(data).unwrap()
}

fn tetrahedron() -> Arc<Surface> {
    let v = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    Arc::new(Surface::new(v, vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]]).unwrap())
}

fn surface() -> SurfaceProblem {
    SurfaceProblem::new(SurfaceProblemData::new(tetrahedron(), vec![[0.1; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.2]]))
        .unwrap()
}

/// Lists of every length but the right one, and a height that is not finite.
fn wrong_heights() -> Vec<Heights> {
    let not_finite = [f64::NAN, f64::INFINITY].map(|h| Heights::from_f64(&[0.0, h, 0.0]));
    [0, 1, 2, 4, 100].map(Heights::zeros).into_iter().chain(not_finite).collect()
}

fn go(_: &Progress<'_>) -> Control {
    Control::Continue
}

#[test]
fn states_that_belong_to_another_problem() {
    for heights in wrong_heights() {
        for iterations in [Vec::new(), vec![Default::default()]] {
            let state = SolverState {
                heights: heights.clone(),
                mass_floor: 0.1,
                iterations,
                bridge: 1.0,
                climb: 0,
                least_rest: 0.0,
            };
            let options = SolveOptions::default().resume(Some(state));
            let refused = |outcome: &Option<Outcome>, masses: usize| {
                let Some(Outcome::NotConverged { why }) = outcome else { panic!("{outcome:?}") };
                assert!(why.contains("resume") && masses == 3, "{why}");
            };
            let found = solve_with(&plane(), &options, &mut go);
            refused(&found.report.outcome, found.masses.len());
            assert!(!found.report.converged && found.report.max_relative_error == 1.0);
            let found = solve_with(&partial(), &options, &mut go);
            refused(&found.report.outcome, found.masses.len());
            let found = solve_with(&partial(), &options, &mut go);
            refused(&found.report.outcome, found.masses.len());
            let found = solve_with(&surface(), &options, &mut go);
            refused(&found.report.outcome, found.masses.len());
        }
    }
}

#[test]
fn heights_of_another_problem() {
    for heights in wrong_heights() {
        assert!(Diagram::new(&plane(), &heights).is_err());
        assert!(PartialDiagram::new(&partial(), &heights).is_err());
        assert!(SurfaceDiagram::new(&surface(), &heights).is_err());
        assert!(BrenierMap::new(&plane(), &heights).is_err());
        assert!(remesh(&surface(), &heights, Positions::Centroids).is_err());
        assert!((1..=5).all(|level| certify(&plane(), &heights, level).is_err()));
        assert!(certify(&surface(), &heights, 5).is_err());
        assert!(cells(&plane(), &heights).is_err() && cell_pieces(&surface(), &heights).is_err());
        assert!(Locator::new(plane().sites(), &heights).is_err());
        assert!(SpaceLocator::new(surface().sites(), &heights).is_err());
        assert!(Dense::new(2, plane().sites().as_flattened(), &heights).is_err());
        let mut data = ProblemData::new(square(), plane().sites().to_vec());
        data.heights = Some(heights.clone());
        assert!(Problem::new(data).is_err());
    }
    assert!(Locator::new(&[], &Heights::zeros(0)).is_err());
    assert!(SpaceLocator::new(&[], &Heights::zeros(0)).is_err());
    assert!(Dense::new(0, &[], &Heights::zeros(0)).is_err());
    let (heights, _) = Heights::from_weights(&[[0.0, 0.0], [1.0, 0.0]], &[1.0; 5]);
    assert_eq!(heights.len(), 2);
    assert_eq!(Heights::from_weights::<2>(&[], &[1.0]).0.len(), 0);
    assert_eq!(Heights::zeros(3).stepped(1.0, &[1.0]).len(), 1);
    assert_eq!(Heights::zeros(3).moved(&[[0.0; 2]], &[]).len(), 0);
    let mut gauged = Heights::new([Dd::from_f64(1.0), Dd::from_f64(2.0)]);
    gauged.gauge(&[]);
    gauged.gauge(&[1.0; 9]);
    assert_eq!(quantile_start(&square(), plane().sites(), &[]).len(), 3);
}

/// Densities that do not fit, asked before anybody has checked them.
#[test]
fn densities_of_wrong_lengths() {
    let densities = |n: usize| {
        [
            Density::Vertex(vec![1.0; n].into()),
            Density::Face(vec![1.0; n].into()),
            Density::Corner(vec![[1.0; 3]; n].into()),
            Density::Constant,
            Density::Affine { g: [0.0; 2], c: 1.0 },
        ]
    };
    let v = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    let mesh = Domain::Mesh(Arc::new(PlanarMesh::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap()));
    for n in [0, 1, 3, 100] {
        for density in densities(n) {
            if let Ok(density) = SurfaceDensity::try_from(density.clone()) {
                let facets = Facets::of(&tetrahedron(), &density);
                assert!(facets.len() <= 4);
                assert!(spread_on(&facets, 5, 1).len() <= 5);
                let _ = SurfaceProblem::new(SurfaceProblemData::new(tetrahedron(), vec![[0.0; 3]]).density(density));
            }
            let patches = Patches::of(&mesh, &density).unwrap();
            assert!(patches.iter().all(|p| p.area() > 0.0));
            assert!(spread(&mesh, &density, 5, 1).len() <= 5);
            assert!(spread(&Domain::Convex(square()), &density, 5, 1).len() <= 5);
            let mut data = ProblemData::new(mesh.clone(), vec![[0.0; 2]]);
            data.density = density;
            let _ = Problem::new(data);
        }
    }
    let nothing = Facets::of(&tetrahedron(), &SurfaceDensity::Face(vec![0.0; 4].into()));
    assert!(nothing.is_empty() && spread_on(&nothing, 100, 1).is_empty());
    assert!(matches!(&mesh, Domain::Mesh(m) if m.components([0, 7, u32::MAX].into_iter()).1 == 1));
    assert_eq!(tetrahedron().components([0, 9, u32::MAX]).1, 1);
}

/// Pixels whose total is beyond doubles: no points, rather than points that are no numbers.
#[test]
fn huge_densities_have_no_points() {
    let image = |values: Vec<f64>| Image::new(2, values, [0.0; 2], [1.0; 2], Between::Constant).unwrap();
    let domain = Domain::Convex(square());
    let at = |values: Vec<f64>| spread(&domain, &Density::Image(image(values).into()), 400, 1);
    for scale in [1e-300, 1.0, 1e200, 1e300, f64::MAX] {
        let points = at([1.0, 0.0, 0.25, 0.5].map(|v| v * scale).to_vec());
        assert!([0, 400].contains(&points.len()) && (scale > 1e290 || points.len() == 400), "{scale}");
        assert!(points.iter().flatten().all(|c| (0.0..=1.0).contains(c)), "{scale}");
    }
}

/// Numbers of vertices that there are not, up to the largest: neither a panic nor four gigabytes.
#[test]
fn triangles_of_vertices_beyond_all() {
    let v = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let top = u32::MAX;
    let report = Topology::new(&v, &[[0, 1, 2], [2, 1, top], [top, top - 1, top - 7], [0, 0, top]]);
    assert_eq!((report.faces, report.vertices, report.components.len()), (3, 6, 2));
    assert_eq!((report.pinched_vertices, report.collapsed), (vec![(top, 2)], vec![3]));
    // Far names are told as they were given.
    let report = Topology::new(&[], &[[5, 6, top], [5, 6, 7], [6, 5, 8], [5, 6, 9]]);
    assert_eq!(report.crowded_edges[0].edge, (5, 6));
    let report = Topology::new(&[], &[[top, top - 1, 0], [top, top - 1, 1]]);
    assert_eq!(report.misoriented[0].edge, (top - 1, top));
    assert!(Surface::new(v.to_vec(), vec![[0, 1, top]]).is_err());
    assert!(PlanarMesh::new(vec![[0.0; 2]; 3], vec![[0, 1, top]]).is_err());
    assert!(repair::repair(&v, &[[0, 1, top]], Default::default()).is_err());
    assert!(repair::repair(&[], &[], Default::default()).is_err());
    assert!(parameterize(&v, &[[0, 1, top]], &ParameterizeOptions::default()).is_err());
    assert!(parameterize(&[], &[], &ParameterizeOptions::default()).is_err());
}

#[test]
fn pictures_of_no_size() {
    let (problem, on_surface) = (plane(), surface());
    let diagram = Diagram::new(&problem, &Heights::zeros(3)).unwrap();
    let in_space = SurfaceDiagram::new(&on_surface, &Heights::zeros(3)).unwrap();
    let view = View { azimuth: 30.0, elevation: 20.0, up: Up::Z };
    for (width, height) in [(0, 0), (0, 5), (5, 0), (1, 1)] {
        for model in [Model::of_plane(&problem, &diagram), Model::of_surface(&on_surface, &in_space)] {
            let picture = model.pixels(Color::Cells, view, width, height);
            assert_eq!((picture.width, picture.height), (width.max(1), height.max(1)));
            picture.write_png(&mut Vec::new()).unwrap();
            let (w, h) = model.size(view, width);
            model.pixels(Color::Sites, view, w, h);
        }
        let v = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let found = parameterize(&v, tetrahedron().triangles(), &ParameterizeOptions::default()).unwrap();
        let picture = Charts::new(&v, &found).pixels(view, width, height);
        assert_eq!(picture.rgb.len(), 3 * picture.width * picture.height);
        picture.write_png(&mut Vec::new()).unwrap();
    }
}

#[test]
fn images_of_no_size() {
    for (width, n) in [(0, 0), (0, 4), (3, 4), (5, 4), (usize::MAX, 4), (usize::MAX, 0), (1 << 40, 4)] {
        assert!(Image::new(width, vec![1.0; n], [0.0; 2], [1.0; 2], Between::Bilinear).is_err(), "{width} {n}");
    }
    for n in 0..3 {
        assert!(ConvexPolygon::disk(n).is_err());
    }
}

#[test]
fn samples_of_cells_that_there_are_not() {
    let (problem, on_surface) = (plane(), surface());
    let diagram = Diagram::new(&problem, &Heights::zeros(3)).unwrap();
    let in_space = SurfaceDiagram::new(&on_surface, &Heights::zeros(3)).unwrap();
    for method in [Method::Independent, Method::Alias, Method::Stratified, Method::Even] {
        for cell in [3, 100, u32::MAX as usize, usize::MAX] {
            assert!(Sampler::new(&diagram).draw(method, Some(cell), 1, 10).is_err());
            assert!(SurfaceSampler::new(&in_space).draw(method, Some(cell), 1, 10).is_err());
        }
        for count in [0, 1, u64::MAX] {
            let sampler = Sampler::new(&diagram);
            // Equal shares of a cell need a solution.
            let Ok(draw) = sampler.draw(method, None, 1, count) else { continue };
            let (mut points, mut cells) = (vec![[0.0; 2]; 4], vec![0; 4]);
            draw.fill(u64::MAX - 2, &mut points, &mut cells);
            assert!(cells.iter().all(|&c| c < 3));
        }
    }
}

#[test]
fn lists_of_points_and_answers_that_do_not_fit() {
    let map = BrenierMap::new(&plane(), &Heights::zeros(3)).unwrap();
    let hostile = [[f64::NAN, 0.0], [0.5, f64::INFINITY], [1e300, -1e300], [0.1, 0.2]];
    for answers in [0, 1, 9] {
        map.locator().cells_of(&hostile, &mut vec![0; answers]);
        map.images(&hostile, &mut vec![[0.0; 2]; answers]);
        map.extension(&[[7, 9], [u32::MAX, 0]]).images(&hostile, &mut vec![[0.0; 2]; answers]);
        if let Some(smooth) = map.smooth(0.1) {
            smooth.images(&hostile, &mut vec![[0.0; 2]; answers]);
        }
    }
    for x in hostile {
        _ = (map.potential(x), map.c_transform(x), map.conjugate(x), map.image(x), map.cell_of(x));
    }
    assert!([f64::NAN, -1.0, 2.0, f64::INFINITY].iter().all(|&t| map.interpolate(t).is_none()));
    assert!([f64::NAN, -1.0].iter().all(|&t| map.smooth(t).is_none()));
    let dense = Dense::new(2, plane().sites().as_flattened(), &Heights::zeros(3)).unwrap();
    assert!(dense.cells_of(&[0.1f64, 0.2, 0.3]).is_err());
    assert!(dense.cell_of(&[0.1]).is_err() && dense.cell_of(&[f64::NAN, 0.0]).is_err());
    let in_space = SurfaceDiagram::new(&surface(), &Heights::zeros(3)).unwrap();
    assert_eq!(in_space.nearest_in_cells(&[[0.0; 3]]).len(), 1);
    assert_eq!(in_space.nearest_in_cells(&[[0.0; 3]; 9]).len(), 3);
}
