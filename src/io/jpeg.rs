//! Pixels of .jpg files.

use super::error::{IoError, bytes_text};
use super::read::ReadLimit;
use std::path::Path;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

/// The luma of a colour (ITU-R BT.601). In this form grey stays what it is.
pub(super) fn luma([r, g, b]: [f64; 3]) -> f64 {
    (b + 0.299 * (r - b) + 0.587 * (g - b)).clamp(0.0, 1.0)
}

/// Pixels along a side: the format has 16 bits for it.
const LONGEST_SIDE: usize = 1 << 16;

/// Bytes for each pixel: four samples with the coefficients of progressive files, what is decoded
/// of them, and a double, twice if the picture is turned.
const PIXEL: u64 = 4 * 2 + 4 + 2 * 8;

type Decoder<'b> = JpegDecoder<ZCursor<&'b [u8]>>;

fn damaged(e: &DecodeErrors) -> String {
    format!("is no sound .jpg ({e}); restore or convert it")
}

/// A decoder that has read the headers.
fn begin(bytes: &[u8], space: ColorSpace) -> Result<Decoder<'_>, String> {
    let options = DecoderOptions::default()
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|e| damaged(&e))?;
    Ok(decoder)
}

/// Width and what is made of the decoded colours, row by row from the top, turned as the file says
/// it is to be seen. The size is checked before
/// anything of it is allocated.
pub(super) fn decode<V: Copy>(
    path: &Path,
    bytes: &[u8],
    limit: ReadLimit,
    value: impl Fn([f64; 3]) -> V,
) -> Result<(usize, Vec<V>), IoError> {
    let content = |what| IoError::content(path, what);
    let headers = begin(bytes, ColorSpace::RGB).map_err(content)?;
    let info = headers.info().filter(|i| i.width > 0 && i.height > 0);
    let Some(info) = info else {
        return Err(content("is no sound .jpg (no header with a size); restore or convert it".into()));
    };
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let pixels = (width * height) as u64;
    let needs = pixels.saturating_mul(PIXEL).saturating_add(bytes.len() as u64);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    // Each block of 64 pixels takes a bit at least, for its mean.
    if pixels / 1024 > bytes.len() as u64 {
        let told = bytes_text(bytes.len() as u64);
        return Err(content(format!("{width} x {height} pixels declared, file has {told}; it is cut off or damaged")));
    }
    let (space, samples) = match headers.input_colorspace() {
        Some(ColorSpace::Luma) => (ColorSpace::Luma, 1),
        _ => (ColorSpace::RGB, 3),
    };
    let turn = headers.exif().map_or(1, |exif| orientation(exif));
    let decoded = begin(bytes, space).and_then(|mut d| d.decode().map_err(|e| damaged(&e))).map_err(content)?;
    if decoded.len() != width * height * samples {
        return Err(content("is a .jpg of a kind that is not read; convert it to .png".into()));
    }
    let pixel = |p: &[u8]| {
        let at = |k: usize| f64::from(p[k]) / 255.0;
        value([at(0), at(samples / 2), at(samples - 1)])
    };
    let values: Vec<V> = decoded.chunks_exact(samples).map(pixel).collect();
    drop(decoded);
    Ok(turned(width, values, turn))
}

/// How a picture is to be turned (EXIF, tag `0x0112`): 1 not at all, to 8.
fn orientation(exif: &[u8]) -> u16 {
    let read = || {
        let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
        let little = match tiff.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let short = |at: usize| {
            let b = *tiff.get(at..)?.first_chunk::<2>()?;
            Some(if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
        };
        let start = *tiff.get(4..)?.first_chunk::<4>()?;
        let start = if little { u32::from_le_bytes(start) } else { u32::from_be_bytes(start) } as usize;
        let entry = |k: usize| start.checked_add(2 + 12 * k);
        let k = (0..usize::from(short(start)?)).find(|&k| entry(k).and_then(short) == Some(0x0112))?;
        short(entry(k)?.checked_add(8)?)
    };
    read().filter(|turn| (1..=8).contains(turn)).unwrap_or(1)
}

/// The pixels of a picture as it is to be seen.
fn turned<V: Copy>(width: usize, values: Vec<V>, turn: u16) -> (usize, Vec<V>) {
    let height = values.len() / width;
    if turn == 1 {
        return (width, values);
    }
    // From 5 on rows and columns change places.
    let (w, h) = if turn >= 5 { (height, width) } else { (width, height) };
    let at = |k: usize| {
        let (x, y) = (k % w, k / w);
        let (column, row) = match turn {
            2 => (w - 1 - x, y),
            3 => (w - 1 - x, h - 1 - y),
            4 => (x, h - 1 - y),
            5 => (y, x),
            6 => (y, w - 1 - x),
            7 => (h - 1 - y, w - 1 - x),
            _ => (h - 1 - y, x),
        };
        values[row * width + column]
    };
    (w, (0..w * h).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 3 by 2 in which every pixel says where it is, as it looks when held in each of
    /// the eight ways.
    #[test]
    fn pictures_are_turned() {
        let values: Vec<f64> = (0..6).map(f64::from).collect();
        let seen = |turn| turned(3, values.clone(), turn);
        assert_eq!(seen(1), (3, vec![0., 1., 2., 3., 4., 5.]));
        assert_eq!(seen(2), (3, vec![2., 1., 0., 5., 4., 3.]));
        assert_eq!(seen(3), (3, vec![5., 4., 3., 2., 1., 0.]));
        assert_eq!(seen(4), (3, vec![3., 4., 5., 0., 1., 2.]));
        assert_eq!(seen(5), (2, vec![0., 3., 1., 4., 2., 5.]));
        // Turned clockwise by a right angle: the left column becomes the upper row, from its lower
        // end.
        assert_eq!(seen(6), (2, vec![3., 0., 4., 1., 5., 2.]));
        assert_eq!(seen(7), (2, vec![5., 2., 4., 1., 3., 0.]));
        assert_eq!(seen(8), (2, vec![2., 5., 1., 4., 0., 3.]));
    }

    #[test]
    fn orientations_are_read_and_nonsense_is_none() {
        let little = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x01\0\0\0\0\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!((orientation(little), orientation(big)), (6, 8));
        for bytes in [&little[..], &big[..]] {
            for n in 0..bytes.len() {
                assert!((1..=8).contains(&orientation(&bytes[..n])));
                let mut wrong = bytes.to_vec();
                wrong[n] = 255;
                assert!((1..=8).contains(&orientation(&wrong)));
            }
        }
    }

    /// Every prefix and many flipped bits of a small file end in a picture or in words.
    #[test]
    fn hostile_files() {
        let sound = include_bytes!("../../tests/cli/half.jpg");
        let read = |bytes: &[u8]| {
            super::super::foreign::decoded(Path::new("a.jpg"), || {
                decode(Path::new("a.jpg"), bytes, ReadLimit::default(), luma)
            })
        };
        let (width, values) = read(sound).unwrap();
        assert_eq!((width, values.len()), (16, 256));
        assert!(values[..128].iter().all(|v| *v == 1.0) && values[128..].iter().all(|v| *v == 0.0));
        for n in 0..sound.len() {
            if let Err(e) = read(&sound[..n]) {
                assert!(e.to_string().starts_with("a.jpg: "), "{e}");
            }
            let mut flipped = sound.to_vec();
            flipped[n] ^= 1 << (n % 8);
            let _ = read(&flipped);
        }
        let small = ReadLimit { bytes: 5000 };
        assert!(matches!(decode(Path::new("a.jpg"), sound, small, luma), Err(IoError::TooLarge { .. })));
    }
}
