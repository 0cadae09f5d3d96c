//! `compare INPUTS CGAL_DIRECTORY|- BRENIER [RUNS]`: times every contender on every workload and
//! prints one table.
//!
//! Contenders of a workload take turns (A B C A B C ...) so that a slow minute of the machine falls
//! on all of them; medians are compared. Every run is a process of its own. Differing counts of
//! triangles, tetrahedra or hidden sites are reported below the table: they would mean that
//! somebody's triangulation is wrong.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// One program on one workload.
struct Contender {
    name: &'static str,
    command: Vec<PathBuf>,
    /// Whether the program times its triangulation itself; otherwise the whole process counts.
    times_itself: bool,
    runs: Vec<Run>,
}

#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    /// Triangles (tetrahedra) and hidden sites; none for a whole solve.
    counts: Option<(usize, usize)>,
    peak_bytes: u64,
}

struct Workload {
    title: &'static str,
    sites: usize,
    /// brenier first: the ratios refer to it.
    contenders: Vec<Contender>,
}

/// Where the programs and the inputs lie.
struct Places {
    inputs: PathBuf,
    cgal: Option<PathBuf>,
    brenier: PathBuf,
    own: PathBuf,
}

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (inputs, cgal, brenier, runs) = match arguments.as_slice() {
        [inputs, cgal, brenier] => (inputs, cgal, brenier, 3),
        [inputs, cgal, brenier, runs] => (inputs, cgal, brenier, runs.parse()?),
        _ => return Err("usage: compare INPUTS CGAL_DIRECTORY|- BRENIER [RUNS]".into()),
    };
    let own = std::env::current_exe()?;
    let places = Places {
        inputs: inputs.into(),
        cgal: (cgal != "-").then(|| cgal.into()),
        brenier: brenier.into(),
        own: own.parent().ok_or("this program has no directory")?.into(),
    };
    let mut remarks = Vec::new();
    println!(
        "| {:<52} | {:<29} | {:>8} | {:>17} | {:>8} | {:>10} | {:>13} |",
        "workload", "program", "CPU s", "range", "us/site", "bytes/site", "ratio brenier"
    );
    println!("|{:-<54}|{:-<31}|{:-<10}|{:-<19}|{:-<10}|{:-<12}|{:-<15}|", "", "", "", "", "", "", "");
    for mut workload in workloads(&places)? {
        for _ in 0..runs.max(1) {
            for contender in &mut workload.contenders {
                let run = run_once(&places.own, contender)?;
                contender.runs.push(run);
            }
        }
        print_rows(&workload);
        remarks.extend(disagreements(&workload));
    }
    println!("\nmedians of {} runs in turn; user + system time of all threads, ordering included;", runs.max(1));
    println!("ratio = the program's CPU seconds over brenier's, so above 1 brenier is faster;");
    println!("bytes/site = peak resident memory of the whole process, inputs and executable included.");
    if places.cgal.is_none() {
        println!("CGAL is not in the table: it could not be built here.");
    }
    for remark in &remarks {
        println!("{remark}");
    }
    if remarks.is_empty() { Ok(()) } else { Err("the programs disagree about a triangulation".into()) }
}

fn workloads(places: &Places) -> Fallible<Vec<Workload>> {
    let tool = |name: &str| places.own.join(name);
    let triangulation = |title, file: &str, peers: &[Peer]| -> Fallible<Workload> {
        let path = places.inputs.join(file);
        let sites = (std::fs::metadata(&path)?.len() / 24) as usize;
        let mut contenders = vec![Contender::timed("brenier", vec![tool("brenier_hull"), path.clone()])];
        for peer in peers {
            let command = match peer {
                Peer::Library(library) => vec![tool("delaunay"), library.into(), path.clone()],
                Peer::Cgal { build, mode } => match &places.cgal {
                    Some(directory) => vec![directory.join(build), mode.into(), path.clone()],
                    None => continue,
                },
            };
            contenders.push(Contender::timed(peer.name(), command));
        }
        Ok(Workload { title, sites, contenders })
    };
    let in_space = |title, file: &str| -> Fallible<Workload> {
        let path = places.inputs.join(file);
        let sites = (std::fs::metadata(&path)?.len() / 32) as usize;
        let mut contenders = vec![Contender::timed("brenier", vec![tool("brenier_hull3"), path.clone()])];
        if let Some(directory) = &places.cgal {
            let command = vec![directory.join("cgal_regular3"), "regular".into(), path.clone()];
            contenders.push(Contender::timed("CGAL Regular_triangulation_3", command));
        }
        Ok(Workload { title, sites, contenders })
    };
    let regular = Peer::Cgal { build: "cgal_regular", mode: "regular" };
    let regular_native = Peer::Cgal { build: "cgal_regular_native", mode: "regular" };
    let delaunay = Peer::Cgal { build: "cgal_regular", mode: "delaunay" };
    let (spade, delaunator) = (Peer::Library("spade"), Peer::Library("delaunator"));
    let solution = places.inputs.join("solution.json");
    let solve = ["solve".into(), places.inputs.join("solve.json"), "-o".into(), solution]
        .into_iter()
        .chain(["--tol", "1e-10", "--threads", "2", "--quiet"].map(PathBuf::from));
    Ok(vec![
        triangulation("uniform, weighted", "weighted.bin", &[regular, regular_native])?,
        triangulation("uniform, unweighted", "unweighted.bin", &[regular, delaunay, spade, delaunator])?,
        triangulation("grid, coordinates k/side", "grid-fraction.bin", &[regular, delaunay, spade, delaunator])?,
        triangulation("grid, integer coordinates", "grid-integer.bin", &[regular, delaunay, spade, delaunator])?,
        in_space("space, uniform, a tenth", "space-tenth.bin")?,
        in_space("space, uniform", "space-unweighted.bin")?,
        in_space("space, uniform, weighted", "space-weighted.bin")?,
        in_space("space, cubic grid, integer coordinates", "space-grid.bin")?,
        Workload {
            title: "solve to 1e-10, uniform sites, 2 threads",
            sites: 100_000,
            contenders: vec![Contender {
                name: "brenier solve (whole process)",
                command: std::iter::once(places.brenier.clone()).chain(solve).collect(),
                times_itself: false,
                runs: Vec::new(),
            }],
        },
    ])
}

#[derive(Clone, Copy)]
enum Peer {
    Library(&'static str),
    Cgal { build: &'static str, mode: &'static str },
}

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Peer::Library(name) => name,
            Peer::Cgal { mode: "delaunay", .. } => "CGAL Delaunay_triangulation_2",
            Peer::Cgal { build: "cgal_regular", .. } => "CGAL Regular_triangulation_2",
            Peer::Cgal { .. } => "the same, -march=native",
        }
    }
}

impl Contender {
    fn timed(name: &'static str, command: Vec<PathBuf>) -> Self {
        Contender { name, command, times_itself: true, runs: Vec::new() }
    }

    fn median_seconds(&self) -> f64 {
        let seconds = self.sorted_seconds();
        seconds[seconds.len() / 2]
    }

    /// Not empty: every contender has run at least once when this is asked.
    fn sorted_seconds(&self) -> Vec<f64> {
        let mut seconds: Vec<f64> = self.runs.iter().map(|run| run.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds
    }
}

fn run_once(own: &Path, contender: &Contender) -> Fallible<Run> {
    let output = Command::new(own.join("measure")).args(&contender.command).output()?;
    let shown = contender.command.iter().map(|part| part.display().to_string()).collect::<Vec<_>>().join(" ");
    if !output.status.success() {
        return Err(format!("{shown}\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut lines = text.lines().rev().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let Some([whole, peak]) = lines.next().as_deref().map(<[&str; 2]>::try_from).transpose()? else {
        return Err(format!("{shown}: no measurement").into());
    };
    let peak_bytes = peak.parse()?;
    if !contender.times_itself {
        return Ok(Run { seconds: whole.parse()?, counts: None, peak_bytes });
    }
    let Some([seconds, triangles, hidden]) = lines.next().as_deref().map(<[&str; 3]>::try_from).transpose()? else {
        return Err(format!("{shown}: no timing").into());
    };
    Ok(Run { seconds: seconds.parse()?, counts: Some((triangles.parse()?, hidden.parse()?)), peak_bytes })
}

fn print_rows(workload: &Workload) {
    let reference = workload.contenders[0].median_seconds();
    let title = format!("{}, n = {}", workload.title, workload.sites);
    for (i, contender) in workload.contenders.iter().enumerate() {
        let seconds = contender.sorted_seconds();
        let median = contender.median_seconds();
        let peak = contender.runs.iter().map(|run| run.peak_bytes).max().unwrap_or(0);
        println!(
            "| {:<52} | {:<29} | {:>8.3} | {:>17} | {:>8.3} | {:>10} | {:>13.2} |",
            if i == 0 { title.as_str() } else { "" },
            contender.name,
            median,
            format!("{:.3} .. {:.3}", seconds[0], seconds[seconds.len() - 1]),
            median * 1e6 / workload.sites as f64,
            peak / workload.sites as u64,
            median / reference,
        );
    }
}

/// A line for every contender whose counts differ from brenier's or between its own runs.
fn disagreements(workload: &Workload) -> Vec<String> {
    let expected = workload.contenders[0].runs[0].counts;
    let counts = |c: &Contender| c.runs.iter().map(|run| run.counts).find(|&counts| counts != expected);
    workload
        .contenders
        .iter()
        .filter_map(|c| {
            let ((triangles, hidden), (t, h)) = counts(c)?.zip(expected)?;
            Some(format!(
                "{}: {} has {triangles} triangles and {hidden} hidden sites, brenier {t} and {h}",
                workload.title, c.name
            ))
        })
        .collect()
}
