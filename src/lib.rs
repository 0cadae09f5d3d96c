
pub mod newton;
