//! `brenier latent sample`: points of the source, and where they are sent.

use crate::args::Common;
use crate::console::{count, table};
use crate::failure::{Failure, code};
use crate::latent_args::{How, LatentSampleArgs, Which};
use crate::latent_source::{source_of, wrong};
use crate::limits::read_limit;
use crate::reports::say;
use crate::{interrupt, outputs};
use brenier::io::{SampleFormat, read_latent, write_latent_samples};
use brenier::latent::{Extension, LatentMap, Moved};
use serde::Serialize;
use std::time::Instant;

#[derive(Serialize)]
struct Json<'a> {
    command: &'a str,
    output: String,
    samples: u64,
    extension: &'a str,
    seed: u64,
    offset: u64,
    components: Option<usize>,
    gap: Option<f64>,
    strength: Option<f64>,
    seconds: f64,
}

fn extension(how: How) -> (&'static str, Extension) {
    match how {
        How::Hard => ("hard", Extension::Hard),
        How::Soft => ("soft", Extension::Soft),
        How::Pair => ("pair", Extension::Pair),
        How::Simplex => ("simplex", Extension::Simplex),
        How::Local => ("local", Extension::Local),
    }
}

pub fn run(args: &LatentSampleArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    let usage = |what: &str| Err(Failure::new(code::USAGE, format!("{}: {what}", args.output.display())));
    let archive = match SampleFormat::of(&args.output) {
        Some(SampleFormat::Npz) => true,
        Some(SampleFormat::Npy | SampleFormat::Csv) => false,
        _ => return usage("latent samples are written as .npy, .npz or .csv; choose one of these"),
    };
    if args.what == Some(Which::All) && !archive {
        return usage("a .npy or .csv file holds one array here; use --what points, ids or images, or write .npz");
    }
    if args.offset.checked_add(args.samples).is_none_or(|end| end >= 1 << 50) {
        return usage("so many samples are beyond the numbers of this command; give fewer");
    }
    let limit = read_limit(common);
    let file = read_latent(&args.solution, limit)?;
    let source = source_of(&file, &args.solution, args.source.as_deref(), limit)?;
    let map = LatentMap::new(&file.codes, &source, &file.heights, file.seed).map_err(wrong(&args.solution))?;
    let map = match args.strength {
        Some(_) if args.extension != How::Local => {
            let what = "--strength is for --extension local; drop it, or choose that extension";
            return Err(Failure::new(code::USAGE, what));
        }
        Some(s) => map.with_strength(s).map_err(wrong(&args.solution))?,
        None => map,
    };
    let (name, how) = extension(args.extension);
    interrupt::be_polite();
    let what = args.what.unwrap_or(if archive { Which::All } else { Which::Images });
    let arrays: &[&'static str] = match what {
        Which::Points => &["points"],
        Which::Ids => &["cells"],
        Which::Images => &["images"],
        Which::All => &["points", "cells", "images"],
    };
    let mut failed = None;
    let mut late = false;
    let done = write_latent_samples(&args.output, args.samples, file.codes.dimension(), arrays, &mut |first, n| {
        late = common.time_limit.is_some_and(|t| start.elapsed() >= t);
        if late || interrupt::requested() {
            return None;
        }
        let made: Result<Moved, _> = map.sample(args.offset + first, n, args.seed, how);
        made.map_err(|e| failed = Some(e)).ok()
    })?;
    if let Some(e) = failed {
        return Err(wrong(&args.solution)(e));
    }
    if !done {
        let (code, why) = if late { (code::LIMIT, "time limit reached") } else { (code::INTERRUPTED, "interrupted") };
        return Err(Failure::new(code, format!("{why}; {}, since files appear whole", outputs::told())));
    }
    let shaped = matches!(how, Extension::Pair | Extension::Simplex | Extension::Local);
    let components = if shaped { Some(map.components().map_err(wrong(&args.solution))?) } else { None };
    let strength = if how == Extension::Local { Some(map.strength().map_err(wrong(&args.solution))?) } else { None };
    let seconds = start.elapsed().as_secs_f64();
    if common.json {
        let text = serde_json::to_string(&Json {
            command: "latent sample",
            output: args.output.display().to_string(),
            samples: args.samples,
            extension: name,
            seed: args.seed,
            offset: args.offset,
            components: components.map(|c| c.count),
            gap: components.map(|c| c.gap),
            strength,
            seconds,
        });
        return say(&format!("{}\n", text.map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?))
            .map(|()| code::DONE);
    }
    if common.quiet {
        return Ok(code::DONE);
    }
    let mut rows = vec![("samples", format!("{}, {name}, seed {}", args.samples, args.seed))];
    if let Some(c) = components {
        let told = if c.cut.is_finite() { "cut there" } else { "nothing is cut" };
        rows.push(("components", format!(" {} (widest gap of the tree: {:.2} times; {told})", c.count, c.gap)));
    }
    rows.extend(strength.map(|s| {
        (
            "strength",
            match args.strength {
                Some(_) => format!("{s}, as given"),
                None => format!("{s}, by codes that were held out"),
            },
        )
    }));
    rows.push(("time", format!("{seconds:.2} s on {}", count(rayon::current_num_threads(), "thread"))));
    rows.push(("written", args.output.display().to_string()));
    say(&table(&rows))?;
    Ok(code::DONE)
}
