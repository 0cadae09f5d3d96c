//! The binary from outside: what it prints, what it writes, how it ends.

mod atlas;
mod bad_input;
mod batch;
mod cells;
mod domains;
mod exact;
mod files;
mod hostile;
mod interrupt;
mod latent;
mod limits;
mod looks;
mod map;
mod mistakes;
mod outputs;
mod parameterize;
mod parameterize_files;
mod parameterize_sphere;
mod partial;
mod pictures;
mod pipes;
mod polytopes;
mod quantize;
mod readers;
mod reports;
mod sample;
#[path = "../common/shapes.rs"]
#[allow(dead_code)]
mod shapes;
mod sources;
mod space;
mod streams;
mod support;
mod surfaces;
mod tets;
mod usage;
