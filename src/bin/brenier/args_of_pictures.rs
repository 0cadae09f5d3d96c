//! The flags of pictures, the same for every command that draws one.

use crate::values::{between, paper, positive_or_zero, radius, size, view};
use brenier::plot::{Radius, Ramp};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Pictures")]
pub struct PictureArgs {
    /// What the colours of cells show: mass or area (where all are equal: distance), distance (from
    /// centroid to site), cells (only who is whose neighbour), sites (no cells, the sites as dots),
    /// potential, slope (of the potential), or a column of --values [default: mass; of quantize
    /// cells]
    #[arg(long, value_name = "WHAT")]
    pub color: Option<String>,
    /// Numbers to colour by, and words for --label: .csv or .txt with a row for each site and names
    /// in the first line, .npy or .npz
    #[arg(long, value_name = "FILE")]
    pub values: Option<PathBuf>,
    /// Colours of cells, or of dots with --color sites, from a .png or .jpg whose corners are those
    /// of the domain's box
    #[arg(long, value_name = "PICTURE")]
    pub ink: Option<PathBuf>,
    /// Scale of colours
    #[arg(long, value_enum, value_name = "SCALE")]
    pub palette: Option<Palette>,
    /// Legend beside the cells: of .svg and .pdf unless it is none, of .png if it is right
    #[arg(long, value_enum, value_name = "WHERE")]
    pub legend: Option<Legend>,
    /// Words above an .svg, .pdf or .png
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A word in each cell of an .svg, .pdf or .png: site (its number), mass, or a column of
    /// --values
    #[arg(long, value_name = "WHAT")]
    pub label: Option<String>,
    /// Width of the borders of cells in pixels, 0 for none [default: by the size of cells]
    #[arg(long, value_name = "PIXELS", value_parser = positive_or_zero)]
    pub stroke: Option<f64>,
    /// Radius of the dots of sites in pixels, or mass, or mass:R: areas as masses, R for the mean
    /// [default: by the size of cells]; those of .svg and .pdf become circles
    #[arg(long, value_name = "R", value_parser = radius)]
    pub radius: Option<Radius>,
    /// Level lines of the potential in an .svg or .pdf in the plane, so many
    #[arg(long, value_name = "K", value_parser = between::<u16>(1, 1000))]
    pub levels: Option<u16>,
    /// Width of an .svg or .pdf on paper: 80mm, 8cm, 3in
    #[arg(long, value_name = "LENGTH", value_parser = paper)]
    pub width: Option<f64>,
    /// From where a surface is seen, in degrees: the angle around the upward axis and that above
    /// the horizon [default: where most is seen]
    #[arg(long, value_name = "AZIMUTH,ELEVATION", value_parser = view, allow_hyphen_values = true)]
    pub view: Option<[f64; 2]>,
    /// The axis of a surface that points upwards [default: y]
    #[arg(long, value_enum, value_name = "AXIS")]
    pub up: Option<Up>,
    /// Width and height of a .png in pixels [default: 1200 on the longer side]
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<(u32, u32)>,
}

impl PictureArgs {
    /// The flags that were given.
    pub fn given(&self) -> Vec<&'static str> {
        let all = [
            (self.color.is_some(), "--color"),
            (self.values.is_some(), "--values"),
            (self.ink.is_some(), "--ink"),
            (self.palette.is_some(), "--palette"),
            (self.legend.is_some(), "--legend"),
            (self.title.is_some(), "--title"),
            (self.label.is_some(), "--label"),
            (self.stroke.is_some(), "--stroke"),
            (self.radius.is_some(), "--radius"),
            (self.levels.is_some(), "--levels"),
            (self.width.is_some(), "--width"),
            (self.view.is_some(), "--view"),
            (self.up.is_some(), "--up"),
            (self.size.is_some(), "--size"),
        ];
        all.into_iter().filter(|f| f.0).map(|f| f.1).collect()
    }
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// The scale with its numbers
    Right,
    /// None
    None,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Dark blue to yellow, even to the eye
    Viridis,
    /// Dark violet to light yellow
    Magma,
    /// Blue to yellow, the same for those who see fewer colours
    Cividis,
    /// Blue, green, yellow, red
    Turbo,
    /// White to blue, for paper
    Blues,
    /// White to red, for paper
    Reds,
    /// White to grey, for print without colours
    Greys,
}

impl From<Palette> for Ramp {
    fn from(palette: Palette) -> Ramp {
        match palette {
            Palette::Viridis => Ramp::Viridis,
            Palette::Magma => Ramp::Magma,
            Palette::Cividis => Ramp::Cividis,
            Palette::Turbo => Ramp::Turbo,
            Palette::Blues => Ramp::Blues,
            Palette::Reds => Ramp::Reds,
            Palette::Greys => Ramp::Greys,
        }
    }
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Up {
    X,
    Y,
    Z,
}
