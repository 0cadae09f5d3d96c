//! Layer 6: formats.
