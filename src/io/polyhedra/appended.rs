//! Arrays at the end of VTK's XML files: raw, each after its length in bytes.

use std::io::{self, Write};

/// The arrays of a file.
#[derive(Default)]
pub(super) struct Appended {
    blobs: Vec<Vec<u8>>,
    at: usize,
}

impl Appended {
    fn declare(&mut self, kind: &str, name: &str, columns: usize, bytes: Vec<u8>) -> String {
        let at = self.at;
        self.at += 8 + bytes.len();
        self.blobs.push(bytes);
        // Some readers make a matrix of what has a number of components, even if it is 1.
        let components = if columns == 1 { String::new() } else { format!(" NumberOfComponents=\"{columns}\"") };
        format!("<DataArray type=\"{kind}\" Name=\"{name}\"{components} format=\"appended\" offset=\"{at}\"/>\n")
    }

    /// Takes an array, and returns how it is declared.
    pub fn doubles(&mut self, name: &str, columns: usize, values: &[f64]) -> String {
        self.declare("Float64", name, columns, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    /// The same of integers.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> String {
        self.declare("Int64", name, 1, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    /// The same of short ones.
    pub fn short(&mut self, name: &str, values: &[i32]) -> String {
        self.declare("Int32", name, 1, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    /// The same of bytes.
    pub fn bytes(&mut self, name: &str, values: Vec<u8>) -> String {
        self.declare("UInt8", name, 1, values)
    }

    /// The first lines of a file of this kind, with more attributes.
    pub fn begin(w: &mut dyn Write, kind: &str, attributes: &str) -> io::Result<()> {
        w.write_all(b"<?xml version=\"1.0\"?>\n<!-- written by brenier -->\n")?;
        let order = "byte_order=\"LittleEndian\" header_type=\"UInt64\"";
        writeln!(w, "<VTKFile type=\"{kind}\" version=\"1.0\" {order}>\n<{kind}{attributes}>")
    }

    /// The last ones.
    pub fn end(self, w: &mut dyn Write, kind: &str) -> io::Result<()> {
        write!(w, "</{kind}>\n<AppendedData encoding=\"raw\">\n_")?;
        for blob in &self.blobs {
            w.write_all(&(blob.len() as u64).to_le_bytes())?;
            w.write_all(blob)?;
        }
        w.write_all(b"\n</AppendedData>\n</VTKFile>\n")
    }
}
