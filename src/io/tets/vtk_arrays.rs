//! Arrays of VTK's XML files: as text, in base64, or appended behind the rest; also compressed.
//!
//! An array of bytes begins with their number. A compressed one begins with the number of blocks,
//! their length, that of the last one if it is shorter, and the compressed length of each. In
//! base64 these heads may be coded for themselves: every stretch up to its padding is decoded on
//! its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use std::io::Read;

/// How a file stores its arrays.
pub(super) struct Storage<'b> {
    pub little: bool,
    /// Bytes of a number in a head.
    pub head: usize,
    pub compressed: bool,
    /// What is appended, behind the underscore, and whether that is in base64.
    pub appended: Option<(&'b [u8], bool)>,
    /// No array may be longer, in bytes.
    pub most: u64,
}

/// Type of an array.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Float(usize),
    Signed(usize),
    Unsigned(usize),
}

impl Kind {
    pub fn of(name: &str) -> Option<Kind> {
        let size = |bits: &str| match bits {
            "8" => Some(1),
            "16" => Some(2),
            "32" => Some(4),
            "64" => Some(8),
            _ => None,
        };
        if let Some(bits) = name.strip_prefix("Float") {
            return size(bits).filter(|s| *s >= 4).map(Kind::Float);
        }
        if let Some(bits) = name.strip_prefix("UInt") {
            return size(bits).map(Kind::Unsigned);
        }
        size(name.strip_prefix("Int")?).map(Kind::Signed)
    }

    fn size(self) -> usize {
        match self {
            Kind::Float(n) | Kind::Signed(n) | Kind::Unsigned(n) => n,
        }
    }
}

/// Where an array is.
pub(super) enum Place<'t> {
    Text(&'t str),
    Base64(&'t str),
    Appended(usize),
}

impl Storage<'_> {
    /// The numbers of an array: whole ones up to 2^53 are right as doubles.
    pub fn numbers(&self, kind: Kind, place: &Place<'_>) -> Result<Vec<f64>, String> {
        let raw = match *place {
            Place::Text(text) => {
                let number = |w: &str| w.parse::<f64>().map_err(|_| format!("{w:.40} is no number"));
                return text.split_ascii_whitespace().map(number).collect();
            }
            Place::Base64(text) => self.bytes(&decoded(text.as_bytes(), self.most)?)?,
            Place::Appended(offset) => {
                let (all, coded) = self.appended.ok_or("there is no AppendedData")?;
                let from = all.get(offset..).ok_or(format!("offset {offset} is behind the end of the file"))?;
                if coded { self.bytes(&decoded(from, self.most)?)? } else { self.bytes(from)? }
            }
        };
        let n = kind.size();
        if raw.len() % n != 0 {
            return Err(format!("{} bytes are no numbers of {n} bytes", raw.len()));
        }
        Ok(raw.chunks_exact(n).map(|c| self.number(kind, c)).collect())
    }

    fn number(&self, kind: Kind, bytes: &[u8]) -> f64 {
        let mut whole = 0u64;
        let n = bytes.len();
        for k in 0..n {
            let b = if self.little { bytes[n - 1 - k] } else { bytes[k] };
            whole = whole << 8 | u64::from(b);
        }
        match kind {
            Kind::Float(4) => f32::from_bits(whole as u32).into(),
            Kind::Float(_) => f64::from_bits(whole),
            Kind::Unsigned(_) => whole as f64,
            Kind::Signed(n) => {
                let unused = 64 - 8 * n as u32;
                ((whole << unused) as i64 >> unused) as f64
            }
        }
    }

    fn head(&self, bytes: &[u8], k: usize) -> Result<u64, String> {
        let at = k * self.head;
        let word = bytes.get(at..at + self.head).ok_or("an array ends within its head")?;
        let whole = |order: &mut dyn Iterator<Item = &u8>| order.fold(0u64, |sum, b| sum << 8 | u64::from(*b));
        Ok(if self.little { whole(&mut word.iter().rev()) } else { whole(&mut word.iter()) })
    }

    fn bytes(&self, from: &[u8]) -> Result<Vec<u8>, String> {
        let long = |n: u64| if n <= self.most { Ok(n) } else { Err(format!("an array of {n} bytes is too long")) };
        if !self.compressed {
            let n = long(self.head(from, 0)?)? as usize;
            let body = from.get(self.head..).and_then(|b| b.get(..n));
            return Ok(body.ok_or(format!("an array of {n} bytes is behind the end of the file"))?.to_vec());
        }
        let (blocks, size, last) = (self.head(from, 0)?, self.head(from, 1)?, self.head(from, 2)?);
        long(blocks.saturating_mul(size))?;
        let count = usize::try_from(blocks).ok().filter(|b| *b <= from.len()).ok_or("an array has too many blocks")?;
        let mut at = (3 + count).saturating_mul(self.head);
        let mut all = Vec::new();
        for k in 0..count {
            let packed = usize::try_from(self.head(from, 3 + k)?).map_err(|_| "a block is too long")?;
            let block = from.get(at..).and_then(|b| b.get(..packed)).ok_or("a block is behind the end of the file")?;
            at += packed;
            let expected = if k + 1 == count && last > 0 { last } else { size };
            let before = all.len() as u64;
            let found = ZlibDecoder::new(block).take(expected + 1).read_to_end(&mut all);
            found.map_err(|e| format!("a block does not unpack: {e}"))?;
            if all.len() as u64 - before != expected {
                return Err("a block unpacks to another length than it says".into());
            }
        }
        Ok(all)
    }
}

/// Stretches of base64, each up to its padding.
fn decoded(text: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let plain: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    // What is appended goes on with further arrays.
    let end = plain.iter().position(|b| !(b.is_ascii_alphanumeric() || b"+/=".contains(b))).unwrap_or(plain.len());
    let mut bytes = Vec::new();
    let mut rest = &plain[..end - end % 4];
    while !rest.is_empty() && bytes.len() as u64 <= most.saturating_add(1 << 20) {
        let stop = match rest.iter().position(|b| *b == b'=') {
            Some(k) => k / 4 * 4 + 4,
            None => rest.len(),
        };
        let (first, further) = rest.split_at(stop.min(rest.len()));
        STANDARD.decode_vec(first, &mut bytes).map_err(|e| format!("no base64: {e}"))?;
        rest = further;
    }
    Ok(bytes)
}
