//! The boundary to decoders of other crates.
//!
//! They are well kept, and some have panicked on hostile bytes all the same. What they do ends
//! here: a panic becomes the error of a damaged file. Nothing of theirs is used afterwards, so no
//! broken state can be seen.

use super::error::IoError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What a decoder makes of a file.
pub(super) fn decoded<T>(path: &Path, decode: impl FnOnce() -> Result<T, IoError>) -> Result<T, IoError> {
    let what = "is damaged in a way that its decoder does not know; restore or convert it";
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(IoError::content(path, what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_errors() {
        let path = Path::new("a.png");
        assert_eq!(decoded(path, || Ok(1)).unwrap(), 1);
        assert_eq!(decoded(path, || Err::<(), _>(IoError::content(path, "no"))).unwrap_err().to_string(), "a.png: no");
        let hostile = std::hint::black_box(7);
        let error = decoded(path, || Ok([1, 2, 3][hostile])).unwrap_err().to_string();
        assert!(error.starts_with("a.png: ") && error.ends_with("restore or convert it"), "{error}");
    }
}
