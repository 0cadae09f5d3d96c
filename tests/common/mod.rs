//! What several test files share. Each of them compiles this module and uses a part of it.
#![allow(dead_code)]

pub mod cases;
pub mod check;
pub mod expr;
pub mod instances;
pub mod judge;
pub mod library;
pub mod oracle;
pub mod patch;
pub mod rings;
pub mod shapes;
