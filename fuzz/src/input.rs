//! Bytes to instances: nasty doubles, crowded sites, tied heights, small convex domains.

use crate::oracle;
use arbitrary::{Result, Unstructured};
use brenier::domain::{Between, ConvexPolygon, Density, Domain, Image, PlanarMesh};
use brenier::exact::{Dd, Heights};
use brenier::problem::{Duplicates, Problem, ProblemData};

/// `x` moved by `k` units in the last place (stays finite for the moderate numbers used here).
pub fn nudged(x: f64, k: i8) -> f64 {
    (0..k.unsigned_abs()).fold(x, |x, _| if k > 0 { x.next_up() } else { x.next_down() })
}

/// Any finite double: raw bits, subnormals, extreme powers of two, small integers and their
/// neighbours.
pub fn double(u: &mut Unstructured<'_>) -> Result<f64> {
    let x = match u.int_in_range(0..=7u8)? {
        0 | 1 => f64::from_bits(u.arbitrary()?),
        2 => f64::from_bits(u64::from(u.arbitrary::<u16>()?)) * sign(u)?,
        3 => f64::from(u.int_in_range(-4..=4i8)?) * 2f64.powi(u.int_in_range(-1000..=1000)?),
        4 | 5 => f64::from(u.int_in_range(-4..=4i8)?),
        6 => nudged(f64::from(u.int_in_range(-4..=4i8)?), u.int_in_range(-3..=3)?),
        _ => f64::from(u.int_in_range(-20..=20i8)?) / 20.0,
    };
    Ok(if x.is_finite() { x } else { 0.0 })
}

fn sign(u: &mut Unstructured<'_>) -> Result<f64> {
    Ok(if u.arbitrary()? { 1.0 } else { -1.0 })
}

/// `n` values of which later ones often repeat earlier ones or lie next to them.
pub fn doubles<const N: usize>(u: &mut Unstructured<'_>) -> Result<[f64; N]> {
    let mut all = [0.0; N];
    for k in 0..N {
        all[k] = match u.int_in_range(0..=5u8)? {
            0 if k > 0 => all[u.choose_index(k)?],
            1 if k > 0 => {
                let x = nudged(all[u.choose_index(k)?], u.int_in_range(-2..=2)?);
                if x.is_finite() { x } else { 0.0 }
            }
            2 if k > 0 => -all[u.choose_index(k)?],
            _ => double(u)?,
        };
    }
    Ok(all)
}

/// A finite double-double; also ones that are not normal, which the predicates must not mind.
pub fn dd(hi: f64, lo: f64, normal: bool) -> Dd {
    let h = if normal { Dd::sum(hi, lo) } else { Dd { hi, lo } };
    if h.is_finite() { h } else { Dd::from_f64(hi) }
}

/// Sites with heights, and the unit of their coordinates.
#[derive(Clone, Debug)]
pub struct Sites {
    pub sites: Vec<[f64; 2]>,
    pub heights: Vec<Dd>,
    pub unit: f64,
}

impl Sites {
    /// The heights as the library wants them.
    pub fn heights(&self) -> Heights {
        Heights::new(self.heights.iter().copied())
    }
}

/// At most `most` sites on a tiny grid, some an ulp or `2^-48` off, in a random unit; heights as
/// [`heights`].
pub fn sites(u: &mut Unstructured<'_>, most: usize) -> Result<Sites> {
    let n = u.int_in_range(1..=most)?;
    let unit = match u.int_in_range(0..=3u8)? {
        0 => 0.05,
        1 => 2f64.powi(u.int_in_range(-60..=60)?),
        _ => 1.0,
    };
    let side = u.int_in_range(1..=6i8)?;
    let shift = if u.ratio(1, 8)? { f64::from(u.int_in_range(-100..=100i8)?) } else { 0.0 };
    let flat = u.int_in_range(0..=9u8)?; // now and then all on one line
    let mut sites = Vec::with_capacity(n);
    for _ in 0..n {
        let mut y = [0.0; 2];
        for c in &mut y {
            let grid = f64::from(u.int_in_range(-side..=side)?) * unit;
            *c = match u.int_in_range(0..=9u8)? {
                0 => nudged(grid, u.int_in_range(-3..=3)?),
                1 => grid + unit * 2f64.powi(-48) * f64::from(u.int_in_range(-3..=3i8)?),
                2 => grid + unit * f64::from(u.arbitrary::<i16>()?) / 65536.0,
                _ => grid,
            } + shift * unit
                + 0.0;
        }
        match flat {
            0 => y[1] = shift * unit,
            1 => y[1] = y[0],
            _ => {}
        }
        sites.push(y);
    }
    let heights = heights(u, &sites, unit)?;
    Ok(Sites { sites, heights, unit })
}

/// Heights for given sites: Voronoi (many visible, ties on grids) up to small steps, all equal, or
/// small integers.
pub fn heights(u: &mut Unstructured<'_>, sites: &[[f64; 2]], unit: f64) -> Result<Vec<Dd>> {
    let kind = u.int_in_range(0..=5u8)?;
    let mut heights = Vec::with_capacity(sites.len());
    for y in sites {
        let voronoi = (Dd::product(y[0], y[0]) + Dd::product(y[1], y[1])).scale(-0.5);
        let step = match u.int_in_range(0..=5u8)? {
            0 => f64::from(u.int_in_range(-4..=4i8)?) / 2.0,
            1 => f64::from(u.arbitrary::<i16>()?) / 4096.0,
            2 => f64::from(u.int_in_range(-3..=3i8)?) * 2f64.powi(-52),
            3 => f64::from(u.int_in_range(-3..=3i8)?) * 2f64.powi(-100),
            _ => 0.0,
        } * unit
            * unit;
        let h = match kind {
            0 => Dd::from_f64(step),
            1 => Dd::from_f64(f64::from(u.int_in_range(-2..=2i8)?) * unit * unit),
            2 => Dd::from_f64(voronoi.hi + step),
            _ => voronoi + Dd::from_f64(step),
        };
        heights.push(if h.is_finite() { Dd::sum(h.hi, h.lo) } else { Dd::ZERO });
    }
    Ok(heights)
}

/// A convex polygon near sites of this unit: a box, or the hull of points of a small grid
/// (collinear points dropped).
pub fn domain(u: &mut Unstructured<'_>, unit: f64) -> Result<Option<ConvexPolygon>> {
    let coordinate = |u: &mut Unstructured<'_>| -> Result<f64> {
        let grid = f64::from(u.int_in_range(-6..=6i8)?) / 2.0 * unit;
        Ok(if u.ratio(1, 8)? { nudged(grid, u.int_in_range(-2..=2)?) } else { grid } + 0.0)
    };
    if u.arbitrary()? {
        let min = [coordinate(u)?, coordinate(u)?];
        let side = |u: &mut Unstructured<'_>| -> Result<f64> { Ok(f64::from(u.int_in_range(1..=12i8)?) / 2.0 * unit) };
        let max = [min[0] + side(u)?, min[1] + side(u)?];
        return Ok(ConvexPolygon::rectangle(min, max).ok());
    }
    let mut points = Vec::new();
    for _ in 0..u.int_in_range(3..=8usize)? {
        points.push([coordinate(u)?, coordinate(u)?]);
    }
    Ok(ConvexPolygon::new(oracle::convex_hull(points)).ok())
}

/// Constant, or affine with small coefficients, often zero on a side of the domain.
pub fn density(u: &mut Unstructured<'_>, domain: &ConvexPolygon) -> Result<Density> {
    if u.ratio(2, 3)? {
        return Ok(Density::Constant);
    }
    let g = [f64::from(u.int_in_range(-2..=2i8)?), f64::from(u.int_in_range(-2..=2i8)?)];
    let lowest = domain.vertices().iter().map(|v| g[0] * v[0] + g[1] * v[1]).fold(f64::INFINITY, f64::min);
    Ok(Density::Affine { g, c: f64::from(u.int_in_range(0..=2u8)?) - lowest })
}

/// A problem with these sites; `None` if the library refuses it (with a reason, which is fine).
pub fn problem(
    u: &mut Unstructured<'_>,
    sites: &Sites,
    masses: Option<Vec<f64>>,
    duplicates: Duplicates,
) -> Result<Option<Problem>> {
    let Some(domain) = domain(u, sites.unit)? else { return Ok(None) };
    let mut data = ProblemData::new(domain, sites.sites.clone());
    data.density = density(u, data.domain.frame())?;
    data.masses = masses;
    data.duplicates = duplicates;
    Ok(Problem::new(data).ok())
}

/// Triangles of a small grid whose vertices may be an ulp off, in any orientation.
pub fn mesh(u: &mut Unstructured<'_>, unit: f64) -> Result<(Option<Domain>, Density)> {
    let side = u.int_in_range(1..=2u32)?;
    let mut vertices = Vec::new();
    for j in 0..=side {
        for i in 0..=side {
            let mut v = [f64::from(i) * 2.0 - 1.0, f64::from(j) * 2.0 - 1.0];
            for c in &mut v {
                *c *= unit;
                if u.ratio(1, 6)? {
                    *c = nudged(*c, u.int_in_range(-2..=2)?);
                }
            }
            vertices.push(v);
        }
    }
    let mut triangles = Vec::new();
    for _ in 0..u.int_in_range(1..=6usize)? {
        let mut corner = || -> Result<u32> { u.int_in_range(0..=vertices.len() as u32 - 1) };
        triangles.push([corner()?, corner()?, corner()?]);
    }
    let density = match u.int_in_range(0..=2u8)? {
        0 => Density::Constant,
        1 => {
            let mut values = Vec::new();
            for _ in &triangles {
                values.push(f64::from(u.int_in_range(0..=3u8)?));
            }
            Density::Face(values.into())
        }
        _ => Density::Affine { g: [f64::from(u.int_in_range(-1..=1i8)?), 0.5], c: 10.0 * unit },
    };
    Ok((PlanarMesh::new(vertices, triangles).ok().map(Domain::from), density))
}

/// An image of at most 3 by 3 pixels, sometimes wider than the domain.
pub fn image(u: &mut Unstructured<'_>, unit: f64, between: Between) -> Result<(Option<Domain>, Density)> {
    let (width, height) = (u.int_in_range(1..=3usize)?, u.int_in_range(1..=3usize)?);
    let mut values = Vec::new();
    for _ in 0..width * height {
        values.push(f64::from(u.int_in_range(0..=3u8)?));
    }
    let max = [width as f64 * unit, height as f64 * unit];
    let min = [-unit, 0.0];
    let Ok(image) = Image::new(width, values, min, max, between) else {
        return Ok((None, Density::Constant));
    };
    let low = [0, 1].map(|k| if k == 0 { min[0] } else { 0.25 * unit });
    let domain = ConvexPolygon::rectangle(if u.arbitrary()? { min } else { low }, max).ok();
    Ok((domain.map(Domain::from), Density::Image(image.into())))
}

/// A convex polygon, a mesh or an image with any density that there is.
pub fn source(u: &mut Unstructured<'_>, unit: f64) -> Result<Option<(Domain, Density)>> {
    let (domain, density) = match u.int_in_range(0..=5u8)? {
        0 | 1 => {
            let Some(polygon) = domain(u, unit)? else { return Ok(None) };
            let density = density(u, &polygon)?;
            (Some(polygon.into()), density)
        }
        2 | 3 => mesh(u, unit)?,
        k => image(u, unit, if k == 4 { Between::Constant } else { Between::Bilinear })?,
    };
    let Some(domain) = domain else { return Ok(None) };
    let values = |u: &mut Unstructured<'_>, n: usize| -> Result<Vec<f64>> {
        (0..n).map(|_| Ok(f64::from(u.int_in_range(0..=3u8)?))).collect()
    };
    let density = match (domain.mesh(), u.int_in_range(0..=3u8)?) {
        (Some(mesh), 0) => Density::Vertex(values(u, mesh.vertices().len())?.into()),
        (Some(mesh), 1) => {
            let all = values(u, 3 * mesh.triangles().len())?;
            Density::Corner(all.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect())
        }
        _ => density,
    };
    Ok(Some((domain, density)))
}
