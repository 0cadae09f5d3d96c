//! The flags of `brenier latent`.

use crate::outputs::{Fit, Output, to};
use crate::values::MANY;
use crate::values::{between, estimated, from_0_to_1, probability};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct LatentArgs {
    #[command(subcommand)]
    pub command: LatentCommand,
}

#[derive(Subcommand, Debug)]
pub enum LatentCommand {
    /// Find heights whose cells have the given masses, up to an error that is estimated
    Solve(LatentSolveArgs),
    /// Draw points of the source, and send them
    Sample(LatentSampleArgs),
    /// Estimate the errors of a solution again, by points that it has never seen
    Check(LatentCheckArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier latent solve codes.npy -o latent.npz\n  \
                        brenier latent solve codes.npy --source cube --tol 0.02 --time-limit 10m --checkpoint run.checkpoint \
                        -o latent.npz\n\n\
                        Everything it says is an estimate with an interval; nothing is proved. Exit code 0 says that the upper \
                        end of the interval of the relative mass error is at most --tol.")]
pub struct LatentSolveArgs {
    /// Codes, one a row: .npy, .npz, .csv or .txt
    pub codes: PathBuf,
    /// Masses of the codes: .csv, .txt, .npy or .npz [default: equal]
    #[arg(long, value_name = "FILE")]
    pub masses: Option<PathBuf>,
    /// gaussian or gaussian:DEVIATION, cube (the unit cube) or cube:LOW,HIGH, ball or ball:RADIUS,
    /// or a file of independent points (.npy, .npz, .csv, .txt)
    #[arg(long, value_name = "SOURCE", default_value = "gaussian")]
    pub source: String,
    /// Solution to write: .npz, or .json
    #[arg(long, short, value_name = "LATENT", value_parser = to(Fit::Solution))]
    pub output: Output,
    /// Stop when the relative mass error (root of the mean of squares) is at most this
    #[arg(long, value_name = "TOL", default_value = "0.05", value_parser = estimated, allow_negative_numbers = true)]
    pub tol: f64,
    /// Confidence of the intervals
    #[arg(long, value_name = "P", default_value = "0.95", value_parser = probability)]
    pub confidence: f64,
    /// Another seed draws other points
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Draw no more points than this
    #[arg(long, value_name = "N", value_parser = between::<u64>(1, MANY))]
    pub max_points: Option<u64>,
    /// Keep the state in this file while it runs
    #[arg(long, value_name = "FILE", value_parser = to(Fit::State))]
    pub checkpoint: Option<Output>,
    /// Go on from a checkpoint
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier latent sample latent.npz -n 10000 -o new.npy\n  \
                        brenier latent sample latent.npz -n 1e6 --extension hard --what all -o pairs.npz\n\n\
                        Sample k depends on the seed and k alone.")]
pub struct LatentSampleArgs {
    /// Solution of latent solve
    pub solution: PathBuf,
    /// Number of samples
    #[arg(long, short = 'n', value_name = "N", value_parser = between::<u64>(1, MANY))]
    pub samples: u64,
    /// File to write: .npz with the arrays points, cells, images; .npy or .csv with one of them
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Samples))]
    pub output: Output,
    /// How codes are filled in between
    #[arg(long, value_enum, default_value_t = How::Local)]
    pub extension: How,
    /// Strength of the local map, from 0 (copies of the codes) to 1 [default: by codes held out]
    #[arg(long, value_name = "S", value_parser = from_0_to_1, allow_negative_numbers = true)]
    pub strength: Option<f64>,
    /// What to write of each sample [default: all in an .npz, else images]
    #[arg(long, value_enum)]
    pub what: Option<Which>,
    /// Another seed gives other samples
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Number of the first sample, to go on from where another run ended
    #[arg(long, value_name = "K", default_value = "0", value_parser = between::<u64>(0, MANY))]
    pub offset: u64,
    /// The file of points that was the source, if it is elsewhere now
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The code of the cell, nothing between
    Hard,
    /// Weighted by the heights: mixes what lies across a wall
    Soft,
    /// Between two codes of one component
    Pair,
    /// Among the corners of a dual simplex, of one component
    Simplex,
    /// An affine map on each cell that keeps the variance
    Local,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The points of the source
    Points,
    /// The numbers of the codes whose cells they lie in
    Ids,
    /// Where they are sent
    Images,
    /// All three
    All,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  brenier latent check latent.npz\n\n\
                        Exit code 0 says that points which the solution has never seen agree with its tolerance: the upper end of \
                        their interval is at most that; 1 that it is not.")]
pub struct LatentCheckArgs {
    /// Solution of latent solve
    pub solution: PathBuf,
    /// Points to draw [default: as many as tell the tolerance well]
    #[arg(long, value_name = "N", value_parser = between::<u64>(1, MANY))]
    pub points: Option<u64>,
    /// Confidence of the intervals
    #[arg(long, value_name = "P", default_value = "0.95", value_parser = probability)]
    pub confidence: f64,
    /// Another seed draws other points
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The file of points that was the source, if it is elsewhere now
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
}
