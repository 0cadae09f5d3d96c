//! `measure PROGRAM ARGUMENTS...`: runs a program, passes its output through, and ends with a line
//! of its own: CPU seconds (user + system, all threads) and peak resident bytes of that one
//! program.
//!
//! A process apiece, because Linux reports the peak of children as the maximum over all of them.

use brenier_peers::children_usage;
use std::error::Error;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: measure PROGRAM ARGUMENTS...")?;
    let status = Command::new(&program).args(arguments).status().map_err(|e| format!("{}: {e}", program.display()))?;
    if !status.success() {
        return Err(format!("{}: {status}", program.display()).into());
    }
    let (seconds, peak) = children_usage()?;
    println!("{seconds:.6} {peak}");
    Ok(())
}
