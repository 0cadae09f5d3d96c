//! Pixels of .png, .jpg and .npy files as numbers.

use super::ending::ending;
use super::error::{IoError, bytes_text};
use super::foreign;
use super::jpeg::{self, luma};
use super::npy::parse_npy;
use super::read::{ReadLimit, read_file};
use std::io::Cursor;
use std::path::Path;

/// Most bytes that a decoded .png may take.
const MOST_BYTES: usize = 1 << 31;

/// Width and values of an image, row by row from the top. A .png or .jpg gives grey values from 0
/// (black) to 1 (white): colours by their luma (ITU-R BT.601, `0.299 r + 0.587 g + 0.114 b` of the
/// values as stored), transparent pixels as on white. An .npy gives its numbers.
pub(super) fn decode(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<(usize, Vec<f64>), IoError> {
    match ending(path).as_str() {
        "png" | "jpg" | "jpeg" => decoded(path, bytes, limit, grey),
        "npy" => {
            // Each number becomes a double, if it was a byte before.
            let needs = (bytes.len() as u64).saturating_mul(9);
            if needs > limit.bytes && bytes.len() > SMALL {
                return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
            }
            let array = parse_npy(bytes).map_err(|what| IoError::content(path, what))?;
            Ok((array.columns, array.values))
        }
        _ => Err(IoError::format(path, "images", ".png, .jpg or .npy")),
    }
}

/// Width and colours of a picture, row by row from the top: red, green, blue. Transparent pixels
/// are as on white.
///
/// # Errors
/// The system's; or that it is no sound .png or .jpg.
pub fn read_colors(path: &Path, limit: ReadLimit) -> Result<(usize, Vec<[u8; 3]>), IoError> {
    match ending(path).as_str() {
        "png" | "jpg" | "jpeg" => decoded(path, &read_file(path, limit)?, limit, |color, alpha| {
            color.map(|v| (255.0 * (1.0 + (v - 1.0) * alpha.unwrap_or(1.0))).round() as u8)
        }),
        _ => Err(IoError::format(path, "colours", ".png or .jpg")),
    }
}

/// The grey value of a colour, on white if it is transparent.
fn grey(color: [f64; 3], alpha: Option<f64>) -> f64 {
    let luma = luma(color);
    alpha.map_or(luma, |alpha| 1.0 + (luma - 1.0) * alpha).clamp(0.0, 1.0)
}

/// Pixels, each made of its colour and opacity.
fn decoded<V: Copy>(
    path: &Path,
    bytes: &[u8],
    limit: ReadLimit,
    value: impl Fn([f64; 3], Option<f64>) -> V,
) -> Result<(usize, Vec<V>), IoError> {
    if ending(path) != "png" {
        return foreign::decoded(path, || jpeg::decode(path, bytes, limit, |color| value(color, None)));
    }
    let content = |what| IoError::content(path, what);
    let needs = png_needs(bytes).map_err(content)?;
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    foreign::decoded(path, || decode_png(bytes, value).map_err(content))
}

/// What is not worth asking for.
const SMALL: usize = 1 << 20;

/// What all .png files begin with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes that decoding will take, from the header: the file, its pixels of up to eight bytes, and a
/// double for each. And what the decoder takes for granted: an image that has a size, a palette of
/// whole colours.
fn png_needs(bytes: &[u8]) -> Result<u64, String> {
    let damaged = |what: &str| format!("is no sound .png ({what}); restore or convert it");
    let mut rest = bytes.strip_prefix(SIGNATURE).ok_or_else(|| damaged("it does not begin as one"))?;
    let mut size = None;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((name, after)) = after.split_first_chunk::<4>() else { break };
        // What is cut off is told by the decoder, which knows what it needs.
        let Some((data, after)) = after.split_at_checked(length) else { break };
        match name {
            b"IHDR" if size.is_none() => {
                let side = |at: usize| data.get(at..)?.first_chunk().map(|b| u64::from(u32::from_be_bytes(*b)));
                size = side(0).zip(side(4));
            }
            b"PLTE" if !length.is_multiple_of(3) || !(3..=768).contains(&length) => {
                return Err(damaged(&format!("a palette of {length} bytes, where each colour has 3")));
            }
            b"IEND" => break,
            _ => {}
        }
        rest = after.get(4..).unwrap_or_default();
    }
    let (width, height) = size.filter(|&(w, h)| w > 0 && h > 0).ok_or_else(|| damaged("no header with a size"))?;
    // Four samples of 16 bits at most, a double for the value.
    Ok(width.saturating_mul(height).saturating_mul(8 + 8).saturating_add(bytes.len() as u64))
}

fn decode_png<V>(bytes: &[u8], value: impl Fn([f64; 3], Option<f64>) -> V) -> Result<(usize, Vec<V>), String> {
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
    let sample = |k: usize| match frame.bit_depth {
        png::BitDepth::Sixteen => f64::from(u16::from_be_bytes([pixels[2 * k], pixels[2 * k + 1]])) / 65535.0,
        _ => f64::from(pixels[k]) / 255.0,
    };
    let pixel = |pixel: usize| {
        let at = |k: usize| sample(pixel * samples + k);
        let color = if samples >= 3 { [at(0), at(1), at(2)] } else { [at(0); 3] };
        value(color, samples.is_multiple_of(2).then(|| at(samples - 1)))
    };
    Ok((width, (0..width * height).map(pixel).collect()))
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
        let read = |c, d, w, data: &[u8]| decode_png(&png(c, d, w, data), grey).unwrap();
        assert_eq!(read(C::Grayscale, D::Eight, 2, &[0, 51, 255, 102]), (2, vec![0.0, 0.2, 1.0, 0.4]));
        assert_eq!(read(C::Grayscale, D::Sixteen, 1, &[255, 255, 0, 0]), (1, vec![1.0, 0.0]));
        let (_, colour) = read(C::Rgb, D::Eight, 1, &[255, 0, 0, 255, 255, 255]);
        assert!((colour[0] - 0.299).abs() < 1e-15 && colour[1] == 1.0);
        assert_eq!(read(C::GrayscaleAlpha, D::Eight, 2, &[0, 0, 0, 255]).1, [1.0, 0.0]);
    }

    /// Palettes of any length: the decoder would divide them into colours of three bytes, and panic
    /// at the rest.
    #[test]
    fn palettes_of_broken_colours() {
        let file = |length: usize| {
            let mut bytes = Vec::new();
            let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.set_palette(vec![7u8; 6]);
            encoder.write_header().unwrap().write_image_data(&[0, 1]).unwrap();
            let at = bytes.windows(4).position(|w| w == b"PLTE").unwrap();
            let mut chunk = [b"PLTE".to_vec(), vec![7; length]].concat();
            let crc = crc32fast::hash(&chunk);
            chunk.splice(0..0, (length as u32).to_be_bytes());
            chunk.extend(crc.to_be_bytes());
            bytes.splice(at - 4..at + 4 + 6 + 4, chunk);
            bytes
        };
        let read = |length| decode(Path::new("p.png"), &file(length), ReadLimit::default());
        assert_eq!(read(6).unwrap().0, 2);
        for length in (0..20).chain(766..775) {
            let sound = length % 3 == 0 && (3..=768).contains(&length);
            match read(length) {
                Ok(_) => assert!(sound, "{length}"),
                Err(e) => assert!(!sound || length < 6, "{length}: {e}"),
            }
        }
    }

    /// A limit is asked before the pixels are unpacked.
    #[test]
    fn images_larger_than_the_limit() {
        let bytes = png(png::ColorType::Grayscale, png::BitDepth::Eight, 1000, &vec![0; 1_000_000]);
        assert!(bytes.len() < 10_000);
        let read = |limit| decode(Path::new("p.png"), &bytes, ReadLimit { bytes: limit });
        assert!(matches!(read(15_000_000), Err(IoError::TooLarge { .. })));
        assert_eq!(read(17_000_000).unwrap().1.len(), 1_000_000);
    }

    /// Every prefix and every flipped bit of a small file ends in an image or an error.
    #[test]
    fn hostile_files() {
        let sound = png(png::ColorType::Grayscale, png::BitDepth::Eight, 3, &[1, 2, 3, 4, 5, 6]);
        for n in 0..sound.len() {
            let _ = decode_png(&sound[..n], grey);
            for bit in 0..8 {
                let mut flipped = sound.clone();
                flipped[n] ^= 1 << bit;
                let _ = decode_png(&flipped, grey);
            }
        }
        assert!(decode_png(&sound[..20], grey).is_err());
        let error = decode(Path::new("a.gif"), &[], ReadLimit::default()).unwrap_err().to_string();
        assert_eq!(error, "a.gif: images ending in \".gif\" are not read; use .png, .jpg or .npy");
    }
}
