//! The texture of parameterized meshes: a checker whose squares tell where they are.

/// Squares along each side, and pixels of each.
const SQUARES: usize = 32;
const PIXELS: usize = 16;
/// The light squares, and the others in the corners of the picture: upper left, upper right, lower
/// left, lower right.
const LIGHT: [u8; 3] = [248, 247, 243];
const DARK: [[f64; 3]; 4] = [[28.0, 90.0, 160.0], [170.0, 60.0, 130.0], [20.0, 130.0, 110.0], [210.0, 80.0, 40.0]];

/// Colour of a square.
fn square(i: usize, j: usize) -> [u8; 3] {
    if (i + j).is_multiple_of(2) {
        return LIGHT;
    }
    let [x, y] = [i, j].map(|k| (k as f64 + 0.5) / SQUARES as f64);
    let weight = [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y];
    std::array::from_fn(|c| (0..4).map(|k| weight[k] * DARK[k][c]).sum::<f64>().round() as u8)
}

/// The picture as .png, some kilobytes.
pub(super) fn png() -> Result<Vec<u8>, png::EncodingError> {
    let side = SQUARES * PIXELS;
    let mut rgb = Vec::with_capacity(3 * side * side);
    for y in 0..side {
        for x in 0..side {
            rgb.extend(square(x / PIXELS, y / PIXELS));
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}
