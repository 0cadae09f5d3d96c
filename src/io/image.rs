//! Pixels of .png and .npy files as numbers.

use super::error::{IoError, bytes_text, quoted};
use super::npy::parse_npy;
use std::io::Cursor;
use std::path::Path;

/// Most bytes that a decoded .png may take.
const MOST_BYTES: usize = 1 << 31;

/// Width and values of an image, row by row from the top. A .png gives grey values from 0 (black) to 1 (white): colours by their luma
/// (ITU-R BT.601, `0.299 r + 0.587 g + 0.114 b` of the values as stored), transparent pixels as on white. An .npy gives its numbers.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<(usize, Vec<f64>), IoError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "png" => decode_png(bytes).map_err(|what| IoError::content(path, what)),
        "npy" => {
            let array = parse_npy(bytes).map_err(|what| IoError::content(path, what))?;
            Ok((array.columns, array.values))
        }
        other => {
            let name = quoted(&format!(".{other}"));
            Err(IoError::content(path, format!("images ending in {name} are not read; use .png or .npy")))
        }
    }
}

fn decode_png(bytes: &[u8]) -> Result<(usize, Vec<f64>), String> {
    let damaged = |e: png::DecodingError| format!("is no sound .png ({e}); restore or convert it");
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MOST_BYTES });
    // Palettes become colours, one to four bits eight.
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().filter(|&size| size <= MOST_BYTES);
    // Deflate packs at most 1032 to 1: what is larger cannot be in the file.
    let size = size.filter(|&size| size / 1100 <= bytes.len());
    let Some(size) = size else {
        let info = reader.info();
        let told = bytes_text(bytes.len() as u64);
        return Err(format!(
            "{} x {} pixels declared, file has {told}; it is cut off or damaged",
            info.width, info.height
        ));
    };
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(damaged)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let samples = frame.color_type.samples();
    let value = |k: usize| match frame.bit_depth {
        png::BitDepth::Sixteen => f64::from(u16::from_be_bytes([pixels[2 * k], pixels[2 * k + 1]])) / 65535.0,
        _ => f64::from(pixels[k]) / 255.0,
    };
    let grey = |pixel: usize| {
        let at = |k: usize| value(pixel * samples + k);
        // In this form grey stays what it is.
        let luma = if samples >= 3 { at(2) + 0.299 * (at(0) - at(2)) + 0.587 * (at(1) - at(2)) } else { at(0) };
        if samples % 2 == 0 { 1.0 + (luma - 1.0) * at(samples - 1) } else { luma }
    };
    Ok((width, (0..width * height).map(grey).map(|v| v.clamp(0.0, 1.0)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(color: png::ColorType, depth: png::BitDepth, width: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let height =
            data.len() as u32 / width / (color.samples() * if depth == png::BitDepth::Sixteen { 2 } else { 1 }) as u32;
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        bytes
    }

    #[test]
    fn grey_colour_and_transparency() {
        use png::{BitDepth as D, ColorType as C};
        let read = |c, d, w, data: &[u8]| decode_png(&png(c, d, w, data)).unwrap();
        assert_eq!(read(C::Grayscale, D::Eight, 2, &[0, 51, 255, 102]), (2, vec![0.0, 0.2, 1.0, 0.4]));
        assert_eq!(read(C::Grayscale, D::Sixteen, 1, &[255, 255, 0, 0]), (1, vec![1.0, 0.0]));
        let (_, colour) = read(C::Rgb, D::Eight, 1, &[255, 0, 0, 255, 255, 255]);
        assert!((colour[0] - 0.299).abs() < 1e-15 && colour[1] == 1.0);
        assert_eq!(read(C::GrayscaleAlpha, D::Eight, 2, &[0, 0, 0, 255]).1, [1.0, 0.0]);
    }

    /// Every prefix and every flipped bit of a small file ends in an image or an error.
    #[test]
    fn hostile_files() {
        let sound = png(png::ColorType::Grayscale, png::BitDepth::Eight, 3, &[1, 2, 3, 4, 5, 6]);
        for n in 0..sound.len() {
            let _ = decode_png(&sound[..n]);
            for bit in 0..8 {
                let mut flipped = sound.clone();
                flipped[n] ^= 1 << bit;
                let _ = decode_png(&flipped);
            }
        }
        assert!(decode_png(&sound[..20]).is_err());
        let error = decode(Path::new("a.jpg"), &[]).unwrap_err().to_string();
        assert_eq!(error, "a.jpg: images ending in \".jpg\" are not read; use .png or .npy");
    }
}
