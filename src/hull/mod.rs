//! Layer module.
