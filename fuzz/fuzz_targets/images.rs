//! Images: pictures with hostile headers give an error or the pixels that an own reading finds;
//! densities over boxes of any size weigh what their pixels weigh in rationals, a diagram on them
//! has that mass, and what is solved is proved.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::diagram::Diagram;
use brenier::domain::{Between, ConvexPolygon, Density, Domain, Image};
use brenier::exact::Heights;
use brenier::io::parse_image;
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{SolveOptions, certify, solve};
use brenier_fuzz::{input, oracle::rational, single_thread};
use libfuzzer_sys::fuzz_target;
use rug::Rational;
use std::path::Path;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let u = &mut Unstructured::new(data);
        let _ = if u.ratio(1, 2).unwrap_or(true) { picture(u) } else { density(u) };
    }
);

/// CRC-32 of PNG's chunks, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    })
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(name);
    out.extend(data);
    out.extend(crc(&out[start..]).to_be_bytes());
}

/// Bytes in zlib's frame, not compressed.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    let (a, b) =
        data.iter().fold((1u32, 0u32), |(a, b), &x| ((a + u32::from(x)) % 65521, (a + u32::from(x) + b) % 65521));
    [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), data, &(b << 16 | a).to_be_bytes()].concat()
}

fn picture(u: &mut Unstructured<'_>) -> Result<()> {
    let (width, height) = (u.int_in_range(1..=5usize)?, u.int_in_range(1..=5usize)?);
    let wide = u.ratio(1, 3)?;
    // The kinds whose pixels are bytes or pairs of them: grey, colours, each with alpha; and
    // palettes.
    let kind = *u.choose(&[0u8, 2, 4, 6, 3])?;
    let (samples, size) = ([1, 0, 3, 1, 2, 0, 4][usize::from(kind)], if wide && kind != 3 { 2 } else { 1 });
    let mut rows = Vec::new();
    let (mut expected, mut pixels) = (Vec::new(), Vec::new());
    let colours = u.int_in_range(1..=4usize)?;
    let palette: Vec<u8> = (0..3 * colours).map(|_| u.arbitrary()).collect::<Result<_>>()?;
    for _ in 0..height {
        rows.push(0); // no filter
        for _ in 0..width {
            pixels.clear();
            for _ in 0..samples {
                let b = u.arbitrary::<[u8; 2]>()?;
                let b = if kind == 3 { [b[0] % colours as u8, 0] } else { b };
                rows.extend(&b[..size]);
                pixels.push(if size == 2 {
                    f64::from(u16::from_be_bytes(b)) / 65535.0
                } else {
                    f64::from(b[0]) / 255.0
                });
                if kind == 3 {
                    pixels = palette[3 * usize::from(b[0])..][..3].iter().map(|&c| f64::from(c) / 255.0).collect();
                }
            }
            let colour = pixels.len() >= 3;
            let grey = if colour { 0.299 * pixels[0] + 0.587 * pixels[1] + 0.114 * pixels[2] } else { pixels[0] };
            let alpha = if kind >= 4 { pixels[samples - 1] } else { 1.0 };
            expected.push(alpha * grey + (1.0 - alpha));
        }
    }
    let lie = u.ratio(1, 2)?;
    let hostile = [0, 1, 2, 5, 255, 1 << 16, 1 << 20, 1 << 31, u32::MAX];
    let side =
        |u: &mut Unstructured<'_>, n: usize| Ok(if lie && u.ratio(1, 2)? { *u.choose(&hostile)? } else { n as u32 });
    let mut header = [side(u, width)?.to_be_bytes(), side(u, height)?.to_be_bytes()].concat();
    header.extend([8 * size as u8, kind, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut body = stored(&rows);
    if lie {
        let at = u.int_in_range(8..=12usize)?;
        header[at] = u.arbitrary()?;
        header.truncate(*u.choose(&[13, 13, 13, 12, 8, 7, 0])?);
        let at = u.choose_index(body.len())?;
        body[at] = u.arbitrary()?;
    }
    chunk(&mut bytes, b"IHDR", &header);
    let length = if lie { u.int_in_range(0..=palette.len())? } else { palette.len() };
    if kind == 3 || lie && u.ratio(1, 2)? {
        chunk(&mut bytes, b"PLTE", &palette[..length]);
    }
    if lie && u.ratio(1, 3)? {
        let more: Vec<u8> = (0..u.int_in_range(0..=9usize)?).map(|_| u.arbitrary()).collect::<Result<_>>()?;
        chunk(&mut bytes, *u.choose(&[b"tRNS", b"gAMA", b"acTL", b"fcTL", b"IHDR", b"cHRM", b"sBIT"])?, &more);
    }
    chunk(&mut bytes, b"IDAT", &body);
    chunk(&mut bytes, b"IEND", &[]);
    if lie && u.ratio(1, 4)? {
        bytes.truncate(u.int_in_range(0..=bytes.len())?);
    }
    let inverted = u.arbitrary()?;
    match parse_image(Path::new("i.png"), &bytes, None, Between::Constant, inverted) {
        Ok(image) => {
            assert!(image.values().iter().all(|v| (0.0..=1.0).contains(v)), "{image:?}");
            assert!(image.values().len() / 8 / 1100 <= bytes.len(), "more pixels than the file can hold");
            if !lie {
                assert_eq!((image.width(), image.height()), (width, height));
                let off = |(v, e): (&f64, &f64)| (if inverted { 1.0 - v } else { *v }) - e;
                assert!(image.values().iter().zip(&expected).all(|p| off(p).abs() < 1e-14), "{image:?} {expected:?}");
            }
        }
        Err(e) => assert!(lie && e.to_string().starts_with("i.png: "), "{e}"),
    }
    Ok(())
}

/// The mass of the part of an image within a box: the mean of a bilinear density on a rectangle is
/// its value in the middle.
fn weight(image: &Image, min: [f64; 2], max: [f64; 2]) -> Rational {
    let mut sum = Rational::new();
    let [columns, rows] = image.grid();
    for (column, row) in (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))) {
        let ([low, high], rho) = image.patch(column, row);
        let mut area = Rational::from(1);
        let mut middle = [Rational::new(), Rational::new()];
        for k in 0..2 {
            let (a, b) = (rational(low[k].max(min[k])), rational(high[k].min(max[k])));
            area *= Rational::from(&b - &a).max(Rational::new());
            middle[k] = ((a + b) / 2u32 - rational(low[k])) / (rational(high[k]) - rational(low[k]));
        }
        let mix = |a: f64, b: f64, t: &Rational| rational(a) + (rational(b) - rational(a)) * t;
        let [below, above] = [mix(rho[0], rho[1], &middle[0]), mix(rho[3], rho[2], &middle[0])];
        sum += area * (Rational::from(&above - &below) * &middle[1] + below);
    }
    sum
}

fn density(u: &mut Unstructured<'_>) -> Result<()> {
    let width = u.int_in_range(0..=4usize)?;
    let values = (0..u.int_in_range(0..=12usize)?).map(|_| match u.int_in_range(0..=7u8)? {
        0 => input::double(u),
        1 => Ok(*u.choose(&[f64::NAN, f64::INFINITY, -0.0, 5e-324, 1e308, -1.0, 1e-300, f64::MAX])?),
        k => Ok(f64::from(k / 2)),
    });
    let values = values.collect::<Result<Vec<f64>>>()?;
    let unit = *u.choose(&[1.0, 1.0, 0.1, 1e-140, 1e139, 1e-80, 1e80, 1e-300, f64::MAX])?;
    let sides = [0; 4].map(|_| u.int_in_range(-8..=8i8).map_or(0.0, |k| f64::from(k) * unit));
    let min = [sides[0], sides[1]];
    let max = if u.ratio(3, 4)? { [sides[0] + (1.0 + sides[2].abs()), sides[1] + unit] } else { [sides[2], sides[3]] };
    let between = if u.arbitrary()? { Between::Constant } else { Between::Bilinear };
    let right = width > 0 && !values.is_empty() && values.len() % width == 0;
    let sound = right && values.iter().all(|v| v.is_finite() && *v >= 0.0);
    let Ok(image) = Image::new(width, values, min, max, between) else { return Ok(()) };
    assert!(sound && min[0] < max[0] && min[1] < max[1], "{image:?}");
    // All of it, or what lies in a box within: grid lines, an ulp beside them, anywhere.
    let (mut low, mut high) = (min, max);
    for k in 0..2 {
        let place = |u: &mut Unstructured<'_>| -> Result<f64> {
            let t = f64::from(u.int_in_range(0..=12u8)?) / 12.0;
            Ok(input::nudged(min[k] * (1.0 - t) + max[k] * t, u.int_in_range(-2..=2)?).clamp(min[k], max[k]))
        };
        if u.arbitrary()? {
            (low[k], high[k]) = (place(u)?, place(u)?);
        }
    }
    let Ok(frame) = ConvexPolygon::rectangle(low, high) else { return Ok(()) };
    let density = Density::Image(image.clone().into());
    let exact = weight(&image, low, high);
    let domain = Domain::from(frame);
    let valid = density.validate(&domain);
    assert_eq!(valid.is_ok(), exact > 0, "{valid:?}: {image:?} in {low:?} {high:?}");
    if valid.is_err() {
        return Ok(());
    }
    let mut sites = vec![low];
    for _ in 0..u.int_in_range(0..=2u8)? {
        let t = [0; 2].map(|_| u.int_in_range(0..=8u8).map_or(0.0, |k| f64::from(k) / 8.0));
        sites.push([0, 1].map(|k| low[k] * (1.0 - t[k]) + high[k] * t[k]));
    }
    let Ok(problem) = Problem::new(ProblemData::new(domain, sites).density(density)) else { return Ok(()) };
    let total: f64 = problem.masses().iter().sum();
    let told = || format!("{image:?} in {low:?} {high:?}, sites {:?}", problem.sites());
    // Corners are good to an ulp of the frame, which matters to a needle; solutions are judged
    // without that.
    let bit = problem.frame().vertices().iter().flatten().fold(problem.frame().extent(), |m, c| m.max(c.abs())) * 1e-15;
    let sides = [0, 1].map(|k| rational(high[k]) - rational(low[k]));
    let share = bit / sides[0].to_f64().min(sides[1].to_f64());
    let largest = rational(image.values().iter().copied().fold(0.0, f64::max)) * &sides[0] * &sides[1];
    let slack = 1e-12 + 16.0 * (share * (largest / &exact).to_f64()).min(1.0);
    let near = |a: f64, b: f64, slack: f64| assert!((a - b).abs() <= slack * b, "{a:e}, not {b:e}: {}", told());
    near((exact * rational(problem.source_factor())).to_f64(), total, 1e-12);
    // Where a side is below the rounding of corners a diagram's sums say nothing, and need be no
    // numbers: the writers refuse those.
    if share < 1.0 {
        let heights = Heights::from_weights(problem.sites(), &vec![0.0; problem.len()]).0;
        let diagram = Diagram::new(&problem, &heights).unwrap_or_else(|e| panic!("{e}: {}", told()));
        let masses = diagram.masses();
        assert!(masses.iter().all(|m| *m >= 0.0) && diagram.cost().is_finite(), "{masses:?}: {}", told());
        near(masses.iter().sum(), total, slack);
    }
    let found = solve(&problem, &SolveOptions::default());
    if found.report.converged {
        assert!(
            found.cost.is_finite() && found.masses.iter().all(|m| m.is_finite() && *m >= 0.0),
            "{found:?}: {}",
            told()
        );
        let proof = certify(&problem, &found.heights, 5).unwrap_or_else(|e| panic!("{e}: {}", told()));
        let claimed = found.report.tolerance;
        assert!(proof.max_relative_error[1] <= claimed, "{:?}: {}", proof.max_relative_error, told());
    }
    Ok(())
}
