//! An uncompressed zip archive written as its entries come, of any size.
//!
//! The length of an entry is known before its bytes, its checksum only after them: it follows in a
//! data descriptor (PKWARE APPNOTE 6.3.9, section 4.3.9). Entries and places beyond 4 GiB use the
//! zip64 fields (4.5.3, 4.3.14, 4.3.15), smaller ones do without, so that every reader understands
//! them. The crate `zip` would do the same and bring a dozen of crates for what is not used here.

use super::npz::{CENTRAL, DATE, END, LOCAL};
use std::io::{self, Write};

const DESCRIPTOR: u32 = 0x0807_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// What stands in a field of 32 bits whose value is in the zip64 field.
const ELSEWHERE: u32 = u32::MAX;

pub(super) struct ZipStream<W: Write> {
    out: W,
    offset: u64,
    central: Vec<u8>,
    count: u16,
}

impl<W: Write> ZipStream<W> {
    pub fn new(out: W) -> ZipStream<W> {
        ZipStream { out, offset: 0, central: Vec::new(), count: 0 }
    }

    /// Appends an entry of `size` bytes, which `fill` must write.
    pub fn add(
        &mut self,
        name: &str,
        size: u64,
        fill: impl FnOnce(&mut Checked<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let large = size >= u64::from(ELSEWHERE);
        let far = self.offset >= u64::from(ELSEWHERE);
        let in_field = |v: u64| u32::try_from(v).unwrap_or(ELSEWHERE);
        let mut local = LOCAL.to_le_bytes().to_vec();
        let common = |version: u16, crc: u32, extra: &[u8]| {
            let mut fields = version.to_le_bytes().to_vec();
            fields.extend(8u16.to_le_bytes()); // the checksum follows the data
            fields.extend([0u8; 4]); // method "stored", time
            fields.extend(DATE.to_le_bytes());
            fields.extend(crc.to_le_bytes());
            let size = if large { ELSEWHERE } else { in_field(size) };
            fields.extend(size.to_le_bytes());
            fields.extend(size.to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend((extra.len() as u16).to_le_bytes());
            fields
        };
        let version = if large || far { 45 } else { 20 };
        let mut sizes = Vec::new();
        if large {
            sizes.extend(size.to_le_bytes());
            sizes.extend(size.to_le_bytes());
        }
        let extra = extra(&sizes);
        local.extend(common(version, 0, &extra));
        local.extend(name.as_bytes());
        local.extend(&extra);
        self.out.write_all(&local)?;
        let mut checked = Checked { out: &mut self.out, crc: crc32fast::Hasher::new(), written: 0 };
        fill(&mut checked)?;
        let (crc, written) = (checked.crc.finalize(), checked.written);
        if written != size {
            return Err(io::Error::other("an entry of another length than declared"));
        }
        let mut descriptor = DESCRIPTOR.to_le_bytes().to_vec();
        descriptor.extend(crc.to_le_bytes());
        for _ in 0..2 {
            if large { descriptor.extend(size.to_le_bytes()) } else { descriptor.extend(in_field(size).to_le_bytes()) }
        }
        self.out.write_all(&descriptor)?;
        if far {
            sizes.extend(self.offset.to_le_bytes());
        }
        let extra = self::extra(&sizes);
        self.central.extend(CENTRAL.to_le_bytes());
        self.central.extend(version.to_le_bytes()); // version made by
        self.central.extend(common(version, crc, &extra));
        self.central.extend([0u8; 10]); // comment length, disk, attributes
        self.central.extend(in_field(self.offset).to_le_bytes());
        self.central.extend(name.as_bytes());
        self.central.extend(&extra);
        self.offset += (local.len() + descriptor.len()) as u64 + size;
        self.count += 1;
        Ok(())
    }

    /// Writes the directory.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&self.central)?;
        let length = self.central.len() as u32;
        let mut end = Vec::new();
        if self.offset >= u64::from(ELSEWHERE) {
            end.extend(END_64.to_le_bytes());
            end.extend(44u64.to_le_bytes()); // length of what follows
            end.extend([45u16.to_le_bytes(); 2].concat()); // versions
            end.extend([0u8; 8]); // disk numbers
            end.extend(u64::from(self.count).to_le_bytes());
            end.extend(u64::from(self.count).to_le_bytes());
            end.extend(u64::from(length).to_le_bytes());
            end.extend(self.offset.to_le_bytes());
            end.extend(LOCATOR_64.to_le_bytes());
            end.extend([0u8; 4]);
            end.extend((self.offset + u64::from(length)).to_le_bytes());
            end.extend(1u32.to_le_bytes()); // number of disks
        }
        end.extend(END.to_le_bytes());
        end.extend([0u8; 4]); // disk numbers
        end.extend(self.count.to_le_bytes());
        end.extend(self.count.to_le_bytes());
        end.extend(length.to_le_bytes());
        end.extend(u32::try_from(self.offset).unwrap_or(ELSEWHERE).to_le_bytes());
        end.extend([0u8; 2]); // comment length
        self.out.write_all(&end)?;
        Ok(self.out)
    }
}

/// The zip64 field, or nothing.
fn extra(values: &[u8]) -> Vec<u8> {
    if values.is_empty() {
        return Vec::new();
    }
    let mut extra = 1u16.to_le_bytes().to_vec();
    extra.extend((values.len() as u16).to_le_bytes());
    extra.extend(values);
    extra
}

/// Passes bytes on and keeps their checksum.
pub(super) struct Checked<'w> {
    out: &'w mut dyn Write,
    crc: crc32fast::Hasher,
    written: u64,
}

impl Write for Checked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.crc.update(&bytes[..n]);
        self.written += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::npz::NpzReader;
    use super::*;

    #[test]
    fn what_is_streamed_is_read() {
        let mut zip = ZipStream::new(Vec::new());
        for (name, values) in [("a.npy", [1.0, 2.0]), ("b.npy", [3.0, 4.0])] {
            let mut entry = Vec::new();
            super::super::npy::write_npy(&mut entry, 0, &values).unwrap();
            zip.add(name, entry.len() as u64, |w| w.write_all(&entry)).unwrap();
        }
        assert!(zip.add("c", 3, |w| w.write_all(b"four")).is_err());
        let mut zip = ZipStream { central: zip.central, ..ZipStream::new(zip.out) };
        // As if the broken entry were not there: it is in no directory.
        (zip.count, zip.offset) = (2, zip.out.len() as u64);
        let npz = NpzReader::new(zip.finish().unwrap()).unwrap();
        assert_eq!(npz.array("a").unwrap().values, [1.0, 2.0]);
        assert_eq!(npz.array("b").unwrap().values, [3.0, 4.0]);
    }

    /// An archive of 9 GB, of which only the records are looked at.
    #[test]
    fn large_entries_use_wide_fields() {
        /// Keeps only the records, which are shorter than the data.
        struct Records(Vec<u8>);
        impl Write for Records {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                if bytes.len() < 1 << 20 {
                    self.0.extend(bytes);
                }
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        // The checksum of zeros is not what is tested: the size is declared, and the bytes are
        // counted.
        let size = 4500u64 << 20;
        let block = vec![0u8; 100 << 20];
        let mut zip = ZipStream::new(Records(Vec::new()));
        for name in ["a", "b"] {
            zip.add(name, size, |w| {
                w.written += size - block.len() as u64;
                w.write_all(&block)
            })
            .unwrap();
        }
        let records = zip.finish().unwrap().0;
        let u64_at = |at: usize| u64::from_le_bytes(records[at..at + 8].try_into().unwrap());
        let end = records.len();
        let place = u64_at(end - 22 - 20 + 8);
        let local = 2 * (30 + 1 + 20 + 24) as u64 + 2 * size;
        assert_eq!(u64_at(end - 22 - 20 - 8), local, "where the directory begins");
        assert_eq!(place, local + (46 + 1 + 20) + (46 + 1 + 28), "where the wide end record begins");
        assert_eq!(records[end - 6..end - 2], [0xff; 4]);
    }
}
