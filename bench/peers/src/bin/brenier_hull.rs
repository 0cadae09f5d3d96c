//! `brenier_hull FILE`: CPU seconds of brenier's regular triangulation of the weighted sites of
//! FILE, its insertion order included. Turning weights into heights is the user's side of the call
//! and is not timed, as building CGAL's weighted points is not.

use brenier::exact::Heights;
use brenier::hull::Hull;
use brenier_peers::{Site, own_cpu_seconds, print_timing, read_sites};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else {
        return Err("usage: brenier_hull FILE".into());
    };
    let input: Vec<Site> = read_sites(Path::new(file))?;
    let sites: Vec<[f64; 2]> = input.iter().map(|s| [s[0], s[1]]).collect();
    let weights: Vec<f64> = input.iter().map(|s| s[2]).collect();
    let (heights, _rounded) = Heights::from_weights(&sites, &weights);
    drop(input);
    let start = own_cpu_seconds()?;
    let hull = Hull::build(&sites, &heights);
    let seconds = own_cpu_seconds()? - start;
    let hidden = (0..sites.len()).filter(|&i| hull.is_hidden(i)).count();
    print_timing(seconds, hull.triangles().len(), hidden);
    Ok(())
}
