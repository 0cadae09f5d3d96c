//! Samples as .parquet, a row group a block: columns of doubles, cells as 32-bit integers without
//! sign, nothing compressed.

use super::sample_blocks::{Columns, Made, blocks, names};
use parquet::basic::Encoding;
use parquet::data_type::{DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

pub(super) fn write<const D: usize>(
    columns: Columns,
    count: u64,
    sites: &[[f64; D]],
    make: &mut Made<'_, D>,
    w: &mut (dyn Write + Send),
) -> io::Result<()> {
    let field = |name: &String| match name.as_str() {
        "cell" => "required int32 cell (INTEGER(32,false));".to_string(),
        axis => format!("required double {axis};"),
    };
    let fields: Vec<String> = names(columns, D).iter().map(field).collect();
    let schema = parse_message_type(&format!("message samples {{ {} }}", fields.join(" "))).map_err(system)?;
    // Random numbers neither repeat nor compress.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(concat!("brenier ", env!("CARGO_PKG_VERSION")).into())
        .build();
    let mut file = SerializedFileWriter::new(w, Arc::new(schema), Arc::new(properties)).map_err(system)?;
    let (has_points, has_cells, has_images) = match columns {
        Columns::Points => (true, false, false),
        Columns::Cells => (false, true, false),
        Columns::Images => (false, false, true),
        Columns::All => (true, true, true),
    };
    let mut numbers: Vec<f64> = Vec::new();
    let mut names: Vec<i32> = Vec::new();
    blocks(count, make, |points, cells| {
        let mut group = file.next_row_group().map_err(system)?;
        let mut axis = |values: &mut dyn Iterator<Item = f64>, group: &mut _| {
            numbers.clear();
            numbers.extend(values);
            column::<DoubleType, _>(group, &numbers)
        };
        if has_points {
            (0..D).try_for_each(|c| axis(&mut points.iter().map(|p| p[c]), &mut group))?;
        }
        if has_cells {
            names.clear();
            names.extend(cells.iter().map(|&i| i as i32));
            column::<Int32Type, _>(&mut group, &names)?;
        }
        if has_images {
            (0..D).try_for_each(|c| axis(&mut cells.iter().map(|&i| sites[i as usize][c]), &mut group))?;
        }
        group.close().map_err(system)?;
        Ok(())
    })?;
    file.close().map_err(system)?;
    Ok(())
}

/// The next column of a row group.
fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
) -> io::Result<()> {
    let Some(mut column) = group.next_column().map_err(system)? else {
        return Err(io::Error::other("a row group has as many columns as its schema"));
    };
    column.typed::<T>().write_batch(values, None, None).map_err(system)?;
    column.close().map_err(system)
}

/// What the system said, if it was the system.
fn system(e: ParquetError) -> io::Error {
    match e {
        ParquetError::External(e) => match e.downcast::<io::Error>() {
            Ok(e) => *e,
            Err(e) => io::Error::other(e),
        },
        e => io::Error::other(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::write_samples;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    /// Every number comes back, over more than one row group.
    #[test]
    fn samples_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let sites = [[0.1, -2.0], [1e300, 5e-324], [0.0, 1.0 / 3.0]];
        let count = (1 << 19) + 12_345u64;
        let point = |k: u64| [k as f64 * 0.7, 1.0 / (1.0 + k as f64)];
        let cell = |k: u64| if k == 7 { 2 } else { (k * k % 3) as u32 };
        let mut make = |first: u64, x: &mut [[f64; 2]], i: &mut [u32]| {
            for (l, (x, i)) in x.iter_mut().zip(i).enumerate() {
                (*x, *i) = (point(first + l as u64), cell(first + l as u64));
            }
            true
        };
        assert!(write_samples(&path, count, Columns::All, &sites, &mut make).unwrap());
        let file = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(file.metadata().num_row_groups(), 2);
        let mut rows = 0;
        for (k, row) in file.get_row_iter(None).unwrap().enumerate() {
            let found: Vec<Field> = row.unwrap().get_column_iter().map(|c| c.1.clone()).collect();
            let (x, i) = (point(k as u64), cell(k as u64));
            let y = sites[i as usize];
            let double = Field::Double;
            assert_eq!(found, [double(x[0]), double(x[1]), Field::UInt(i), double(y[0]), double(y[1])], "{k}");
            rows += 1;
        }
        assert_eq!(rows, count);
        // Stopped half-way, nothing appears.
        let other = folder.path().join("b.parquet");
        let mut stop = |first: u64, _: &mut [[f64; 2]], _: &mut [u32]| first == 0;
        assert!(!write_samples(&other, count, Columns::Points, &sites, &mut stop).unwrap());
        assert!(!other.exists());
    }
}
