//! NumPy's .npz: an uncompressed zip of .npy files, for the large arrays of solutions.
//!
//! Written by hand: stored (uncompressed) entries are three records each, doubles do not compress,
//! and the bytes must not depend on the clock, since the solution names them by their SHA-256. Zip
//! archives beyond 4 GiB are not written. Format: PKWARE APPNOTE 6.3.9, sections 4.3.7 (local),
//! 4.3.12 (central) and 4.3.16 (end).

use super::npy::{NpyArray, npy_header, parse_npy, write_npy};
use crc32fast::hash as crc32;
use std::io::{self, Write};

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
/// 1 January 1980, the zip format's zero.
pub(super) const DATE: u16 = 0x0021;

/// Writes an .npz file, one array after the other.
pub struct NpzWriter<W: Write> {
    out: W,
    offset: u64,
    central: Vec<u8>,
    count: u16,
}

impl<W: Write> NpzWriter<W> {
    /// Starts an archive on `out`.
    pub fn new(out: W) -> NpzWriter<W> {
        NpzWriter { out, offset: 0, central: Vec::new(), count: 0 }
    }

    /// Appends an array; `columns` 0 means one-dimensional.
    ///
    /// # Errors
    /// The writer's, or [`io::ErrorKind::FileTooLarge`] beyond 4 GiB.
    pub fn add(&mut self, name: &str, columns: usize, values: &[f64]) -> io::Result<()> {
        let mut data = Vec::with_capacity(values.len() * 8 + 128);
        write_npy(&mut data, columns, values)?;
        self.entry(&format!("{name}.npy"), &data)
    }

    /// Appends a list of integers, of eight bytes each.
    ///
    /// # Errors
    /// As [`NpzWriter::add`].
    pub fn add_integers(&mut self, name: &str, values: &[i64]) -> io::Result<()> {
        let mut data = npy_header("<i8", values.len() as u64, 0);
        values.iter().for_each(|v| data.extend(v.to_le_bytes()));
        self.entry(&format!("{name}.npy"), &data)
    }

    /// Appends a list of texts, all as long as the longest, four bytes a character.
    ///
    /// # Errors
    /// As [`NpzWriter::add`].
    pub fn add_words(&mut self, name: &str, values: &[String]) -> io::Result<()> {
        let length = values.iter().map(|w| w.chars().count()).max().unwrap_or(0).max(1);
        if values.len().saturating_mul(4 * length) > u32::MAX as usize {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut data = npy_header(&format!("<U{length}"), values.len() as u64, 0);
        for word in values {
            let letters = word.chars().map(u32::from).chain(std::iter::repeat(0)).take(length);
            letters.for_each(|c| data.extend(c.to_le_bytes()));
        }
        self.entry(&format!("{name}.npy"), &data)
    }

    /// Appends an entry of any kind. The checksum stands before the data, so these come as a whole.
    ///
    /// # Errors
    /// As [`NpzWriter::add`].
    pub(super) fn entry(&mut self, name: &str, data: &[u8]) -> io::Result<()> {
        let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let size = u32::try_from(data.len()).map_err(too_large)?;
        let offset = u32::try_from(self.offset).map_err(too_large)?;
        let length = u16::try_from(name.len()).map_err(too_large)?;
        let mut common = Vec::new(); // the fields both records share
        common.extend(20u16.to_le_bytes()); // version needed to extract
        common.extend([0u8; 6]); // flags, method "stored", time
        common.extend(DATE.to_le_bytes());
        common.extend(crc32(data).to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(length.to_le_bytes());
        common.extend(0u16.to_le_bytes()); // length of the extra field
        let mut local = LOCAL.to_le_bytes().to_vec();
        local.extend(&common);
        local.extend(name.as_bytes());
        self.out.write_all(&local)?;
        self.out.write_all(data)?;
        self.offset += (local.len() + data.len()) as u64;
        self.central.extend(CENTRAL.to_le_bytes());
        self.central.extend(20u16.to_le_bytes()); // version made by
        self.central.extend(&common);
        self.central.extend([0u8; 10]); // comment length, disk, attributes
        self.central.extend(offset.to_le_bytes());
        self.central.extend(name.as_bytes());
        self.count += 1;
        Ok(())
    }

    /// Writes the directory and returns the writer.
    ///
    /// # Errors
    /// As [`NpzWriter::add`].
    pub fn finish(mut self) -> io::Result<W> {
        let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let offset = u32::try_from(self.offset).map_err(too_large)?;
        self.out.write_all(&self.central)?;
        let mut end = END.to_le_bytes().to_vec();
        end.extend([0u8; 4]); // disk numbers
        end.extend(self.count.to_le_bytes());
        end.extend(self.count.to_le_bytes());
        end.extend((self.central.len() as u32).to_le_bytes());
        end.extend(offset.to_le_bytes());
        end.extend([0u8; 2]); // comment length
        self.out.write_all(&end)?;
        Ok(self.out)
    }
}

/// An .npz file in memory.
pub struct NpzReader {
    bytes: Vec<u8>,
    /// Name, position of the data, length, checksum; arrays without their ending.
    entries: Vec<(String, usize, usize, u32)>,
    /// The same of what is no array.
    others: Vec<(String, usize, usize, u32)>,
}

impl NpzReader {
    /// Reads the directory of an archive of stored entries.
    ///
    /// # Errors
    /// What is wrong, without the file's name.
    pub fn new(bytes: Vec<u8>) -> Result<NpzReader, String> {
        let all = directory(&bytes).ok_or("not an .npz file, or damaged; write it with numpy.savez")??;
        let (mut entries, mut others) = (Vec::new(), Vec::new());
        for (name, start, length, crc) in all {
            match name.strip_suffix(".npy") {
                Some(array) => entries.push((array.to_string(), start, length, crc)),
                None => others.push((name, start, length, crc)),
            }
        }
        Ok(NpzReader { bytes, entries, others })
    }

    /// Names of the arrays in the order of the directory.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.0.as_str())
    }

    /// Reads one array.
    ///
    /// # Errors
    /// What is wrong, without the file's name.
    pub fn array(&self, name: &str) -> Result<NpyArray, String> {
        let entry = self.entries.iter().find(|e| e.0 == name);
        let &(_, start, length, crc) = entry.ok_or_else(|| {
            let names: Vec<&str> = self.names().take(8).collect();
            format!("no array {name:?} in the .npz, it has {names:?}; name the file that it was written to")
        })?;
        let data = &self.bytes[start..start + length];
        if crc32(data) != crc {
            return Err(format!("array {name:?} of the .npz is damaged (checksum)"));
        }
        parse_npy(data).map_err(|what| format!("array {name:?}: {what}"))
    }

    /// An entry that is no array, by its full name.
    ///
    /// # Errors
    /// What is wrong, without the file's name.
    pub(super) fn document(&self, name: &str) -> Result<&[u8], String> {
        let entry = self.others.iter().find(|e| e.0 == name);
        let &(_, start, length, crc) = entry.ok_or_else(|| format!("has no {name} among its arrays"))?;
        let data = &self.bytes[start..start + length];
        if crc32(data) != crc {
            return Err(format!("{name} in the archive is damaged (checksum)"));
        }
        Ok(data)
    }
}

type Entries = Vec<(String, usize, usize, u32)>;

/// The entries named by the central directory, every range checked; `None` if the structure is
/// broken.
fn directory(bytes: &[u8]) -> Option<Result<Entries, String>> {
    let u16_at = |at: usize| -> Option<usize> { Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?).into()) };
    let u32_at = |at: usize| -> Option<u32> { Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?)) };
    // The end record is 22 bytes plus a comment of at most 65535.
    let earliest = bytes.len().saturating_sub(22 + 65535);
    let end = (earliest..=bytes.len().checked_sub(22)?).rev().find(|&at| u32_at(at) == Some(END))?;
    let count = u16_at(end + 10)?;
    let mut at = u32_at(end + 16)? as usize;
    let mut entries = Vec::new();
    for _ in 0..count {
        if u32_at(at)? != CENTRAL {
            return None;
        }
        let (method, crc) = (u16_at(at + 10)?, u32_at(at + 16)?);
        let (packed, size) = (u32_at(at + 20)?, u32_at(at + 24)?);
        let (name_len, extra, comment) = (u16_at(at + 28)?, u16_at(at + 30)?, u16_at(at + 32)?);
        let local = u32_at(at + 42)? as usize;
        let name = std::str::from_utf8(bytes.get(at + 46..)?.get(..name_len)?).ok()?;
        at += 46 + name_len + extra + comment;
        // Folders and the like are nothing here.
        if name.ends_with('/') {
            continue;
        }
        if method != 0 || packed != size || size == u32::MAX {
            return Some(Err("compressed .npz files are not read; write it with numpy.savez".into()));
        }
        if u32_at(local)? != LOCAL {
            return None;
        }
        let start = local + 30 + u16_at(local + 26)? + u16_at(local + 28)?;
        bytes.get(start..)?.get(..size as usize)?;
        entries.push((name.to_string(), start, size as usize, crc));
    }
    Some(Ok(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut w = NpzWriter::new(Vec::new());
        w.add("heights", 0, &[1.0, 2.0, 3.0]).unwrap();
        w.add("centroids", 2, &[0.25, 0.5, f64::NAN, f64::NAN]).unwrap();
        w.finish().unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926); // the check value of the CRC catalogue
        let npz = NpzReader::new(sample()).unwrap();
        assert_eq!(npz.names().collect::<Vec<_>>(), ["heights", "centroids"]);
        assert_eq!(npz.array("heights").unwrap().values, [1.0, 2.0, 3.0]);
        let centroids = npz.array("centroids").unwrap();
        assert_eq!((centroids.rows, centroids.columns), (2, 2));
        assert!(npz.array("masses").unwrap_err().contains("heights"));
    }

    #[test]
    fn damage_never_panics_and_data_are_checked() {
        let good = sample();
        for n in 0..good.len() {
            assert!(NpzReader::new(good[..n].to_vec()).is_err());
        }
        for bit in 0..8 * good.len() {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(npz) = NpzReader::new(bytes)
                && let Ok(array) = npz.array("heights")
            {
                assert_eq!(array.values, [1.0, 2.0, 3.0]);
            }
        }
    }
}
