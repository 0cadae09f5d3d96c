//! How the values of flags are read.

use brenier::plot::Radius;
use std::time::Duration;

pub fn view(text: &str) -> Result<[f64; 2], String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[a, e]) if a.is_finite() && e.abs() <= 90.0 => Ok([a % 360.0, e]),
        _ => Err("give two angles in degrees, the second from -90 to 90, such as 30,20".into()),
    }
}

pub fn size(text: &str) -> Result<(u32, u32), String> {
    let pair = text.split_once(['x', 'X']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match pair {
        Some((w @ 1..=20_000u32, h @ 1..=20_000u32)) => Ok((w, h)),
        _ => Err("give width and height in pixels, each from 1 to 20000, such as 1600x1200".into()),
    }
}

/// Numbers of voxels: one along the longest axis, or one for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(pub Vec<u32>);

/// `64`, or `128x128x64`.
pub fn voxels(text: &str) -> Result<Counts, String> {
    let numbers: Option<Vec<u32>> = text.split(['x', 'X']).map(|n| n.trim().parse().ok()).collect();
    match numbers {
        Some(list) if list.len() <= 3 && list.iter().all(|n| (1..=65_536).contains(n)) => Ok(Counts(list)),
        _ => Err("give numbers of voxels from 1 to 65536, such as 64 or 128x128x64".into()),
    }
}

/// No count is larger.
pub const MANY: u64 = u64::MAX;

/// A whole number within bounds, also written like 1e3.
pub fn between<T: TryFrom<u64>>(low: u64, high: u64) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let n = whole(text).ok_or("give a whole number such as 1000 or 1e3")?;
        let told = || match (low, high) {
            (_, u64::MAX) => format!("give at least {low}"),
            _ => format!("{text} is not in {low}..={high}"),
        };
        let fits = (low..=high).contains(&n).then(|| T::try_from(n).ok()).flatten();
        fits.ok_or_else(told)
    }
}

/// A whole number, also as `1e3` where doubles hold it.
pub fn whole(text: &str) -> Option<u64> {
    let short = || text.parse::<f64>().ok().filter(|v| v.fract() == 0.0 && (0.0..9e15).contains(v)).map(|v| v as u64);
    text.parse().ok().or_else(short)
}

/// Formats of what has no ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Of input, unless its content is to tell.
    pub input: Option<String>,
    /// Of output.
    pub output: Option<String>,
}

/// `csv`, or of input and output `csv,npy`. One alone is that of both: which is meant, the outputs
/// tell.
pub fn streams(text: &str) -> Result<Streams, String> {
    let name = |text: &str| {
        let name = text.trim().trim_start_matches('.').to_ascii_lowercase();
        let sound = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
        sound.then_some(name).ok_or("give an ending such as csv, or those of input and output: csv,npy")
    };
    Ok(match text.split_once(',') {
        Some((input, output)) => Streams { input: Some(name(input)?), output: Some(name(output)?) },
        None => Streams { input: None, output: Some(name(text)?) },
    })
}

pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if v > 0.0 && v.is_finite() => Ok(v),
        _ if text.contains(',') => Err("write a point, as in 0.5".into()),
        _ => Err("give a positive number such as 1e-10".into()),
    }
}

pub fn positive_or_zero(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if v >= 0.0 && v.is_finite() => Ok(v),
        _ => Err("give a number of at least 0 such as 0.5".into()),
    }
}

/// A length on paper, in millimetres.
pub fn paper(text: &str) -> Result<f64, String> {
    let help = "give a length such as 80mm, 8cm or 3in";
    let (value, unit) = split_unit(text).ok_or(help)?;
    let length = match unit.as_str() {
        "mm" => value,
        "cm" => value * 10.0,
        "in" => value * 25.4,
        "pt" => value * 25.4 / 72.0,
        _ => return Err(help.into()),
    };
    if (1.0..=10_000.0).contains(&length) { Ok(length) } else { Err("give a length from 1mm to 10000mm".into()) }
}

/// How large dots are: `2`, `mass`, `mass:2`.
pub fn radius(text: &str) -> Result<Radius, String> {
    let help = "give a radius in pixels such as 2, or mass, or mass:2";
    match text.strip_prefix("mass") {
        Some("") => Ok(Radius::ByMass(3.0)),
        Some(rest) => {
            let r = rest.strip_prefix(':').and_then(|r| positive(r).ok()).ok_or(help)?;
            Ok(Radius::ByMass(r))
        }
        None => positive_or_zero(text).map(Radius::Pixels).map_err(|_| help.into()),
    }
}

/// A relative error that asks for something.
pub fn relative(text: &str) -> Result<f64, String> {
    match positive(text) {
        Ok(v) if v >= 1.0 => Err("masses off by 1 or more are no result; give less, such as 1e-10".into()),
        other => other,
    }
}

/// A relative error that is estimated by points.
pub fn estimated(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if (1e-6..1.0).contains(&v) => Ok(v),
        _ => Err("give a relative mass error from 1e-6 to below 1, such as 0.05".into()),
    }
}

/// The confidence of an interval.
pub fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if (0.5..=1.0 - 1e-9).contains(&v) => Ok(v),
        _ => Err("give a probability from 0.5 to below 1, such as 0.95".into()),
    }
}

/// A number of 0 to 1.
pub fn from_0_to_1(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if (0.0..=1.0).contains(&v) => Ok(v),
        _ => Err("give a number from 0 to 1, such as 0.8".into()),
    }
}

pub fn distance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(v) if v >= 0.0 && v.is_finite() => Ok(v),
        _ => Err("give a distance such as 1e-7".into()),
    }
}

/// Numbers below 0 are values, not flags: what is wrong with one is told by who reads it.
pub fn with_negative_numbers(command: clap::Command) -> clap::Command {
    let arg = |arg: clap::Arg| {
        let flag = matches!(arg.get_action(), clap::ArgAction::Set | clap::ArgAction::Append) && !arg.is_positional();
        // Views are lists of numbers, which take all hyphens.
        if flag && !arg.is_allow_hyphen_values_set() { arg.allow_negative_numbers(true) } else { arg }
    };
    command.mut_args(arg).mut_subcommands(|sub| sub.mut_args(arg))
}

/// The command line, where `--merge` that is not followed by a number stands alone: what comes next
/// may be the mesh.
pub fn command_line() -> Vec<std::ffi::OsString> {
    let mut words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    for k in 0..words.len() {
        let distance = words.get(k + 1).and_then(|w| w.to_str()).is_some_and(|w| w.parse::<f64>().is_ok());
        if words[k] == "--merge" && !distance {
            words[k] = "--merge=0".into();
        }
    }
    words
}

/// A number and the letters behind it.
pub fn split_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let value: f64 = text[..end].parse().ok()?;
    Some((value, text[end..].trim().to_ascii_lowercase()))
}

pub fn memory(text: &str) -> Result<u64, String> {
    let help = "give a size such as 500MB or 16GiB";
    let (value, unit) = split_unit(text).ok_or(help)?;
    let factor = match unit.as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024f64.powi(2),
        "g" | "gib" => 1024f64.powi(3),
        "t" | "tib" => 1024f64.powi(4),
        _ => return Err(help.into()),
    };
    let bytes = value * factor;
    if bytes >= 1.0 && bytes < 2f64.powi(63) { Ok(bytes as u64) } else { Err(help.into()) }
}

pub fn duration(text: &str) -> Result<Duration, String> {
    let help = "give a time such as 90s, 5m or 2h";
    let (value, unit) = split_unit(text).ok_or(help)?;
    let seconds = match unit.as_str() {
        "" | "s" => value,
        "ms" => value / 1000.0,
        "m" | "min" => value * 60.0,
        "h" => value * 3600.0,
        "d" => value * 86400.0,
        _ => return Err(help.into()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| help.into())
}
