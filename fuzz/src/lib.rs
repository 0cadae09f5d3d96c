//! What the fuzz targets share: how bytes become instances, and oracles that owe nothing to the
//! library's arithmetic.

pub mod disc;
pub mod input;
pub mod oracle;

/// One worker thread, once per process: the work is tiny, and libFuzzer measures coverage per
/// process anyway.
pub fn single_thread() {
    // An error says that a pool exists already, which is as good.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
}
