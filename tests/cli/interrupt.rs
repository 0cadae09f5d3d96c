//! Stopping and going on: checkpoints, Ctrl-C, resume to the bit.

use crate::support::{Folder, csv, ended, points, square, without_times};
use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Points crowded near the origin, so that solving takes several steps.
fn crowd(n: usize) -> String {
    csv(&points(n).into_iter().map(|p| p.map(|v| v * v * v)).collect::<Vec<_>>())
}

/// What must not depend on having been stopped: everything but the times and the counters of
/// predicates, which count the work of this process only.
fn result(f: &Folder, name: &str) -> String {
    let mut s: Value = without_times(f.json(name));
    s["report"].as_object_mut().unwrap().remove("predicates");
    s.to_string()
}

#[test]
fn a_resumed_run_has_the_bits_of_an_unbroken_one() {
    let f = Folder::new();
    f.write("y.csv", crowd(600));
    let solve = "solve --domain square --points y.csv";
    f.expect(0, &format!("{solve} -o whole.json"));
    let steps = f.json("whole.json")["report"]["iterations"].as_array().unwrap().len() - 1;
    assert!(steps >= 4, "the problem must be hard enough to be stopped: {steps} steps");
    for stop in 0..steps {
        f.expect(1, &format!("{solve} -o part.json --checkpoint c --max-iterations {stop}"));
        f.expect(0, &format!("{solve} -o rest.json --resume c"));
        assert!(result(&f, "whole.json") == result(&f, "rest.json"), "stopped after {stop} of {steps} steps");
    }
    // Several stops in a row, each going on from the last.
    f.expect(1, &format!("{solve} -o part.json --checkpoint c --max-iterations 1"));
    f.expect(1, &format!("{solve} -o part.json --checkpoint c --resume c --max-iterations 2"));
    f.expect(0, &format!("{solve} -o rest.json --resume c --threads 3"));
    assert!(result(&f, "whole.json") == result(&f, "rest.json"));
}

#[test]
fn checkpoints_belong_to_one_problem() {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.1, 0.1], [0.5, 0.3], [0.2, 0.9]]"));
    f.write("q.json", square("\"sites\": [[0.1, 0.1], [0.5, 0.4], [0.2, 0.9]]"));
    f.expect(0, "solve p.json -o s.json --checkpoint c");
    f.expect(0, "solve p.json -o s.json --resume c");
    let text = f.error(3, "solve q.json -o t.json --resume c");
    let rest = text.strip_prefix("c: checkpoint belongs to problem ").unwrap();
    let (mine, yours) = rest.split_once("…, not ").unwrap();
    let yours = yours.strip_suffix("…; resume with its own problem").unwrap();
    assert_eq!((mine.len(), yours.len()), (4, 4));
    let text = f.error(3, "solve p.json -o t.json --resume s.json");
    assert!(text.ends_with("not the state of a solver; to start from a solution use --start"), "{text}");
    assert!(f.error(5, "solve p.json -o s.json --resume none").contains("no such file"));
    // Also the files a problem refers to belong to it.
    f.write("r.json", square("\"sites\": {\"path\": \"y.csv\"}"));
    f.write("y.csv", crowd(5));
    f.expect(0, "solve r.json -o s.json --checkpoint c");
    f.expect(0, "solve r.json -o s.json --resume c");
    f.expect(0, "check s.json");
    f.write("y.csv", crowd(6));
    assert!(f.error(3, "solve r.json -o s.json --resume c").contains("checkpoint belongs to problem"));
    assert!(f.error(3, "check s.json").contains("belongs to problem"));
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

/// Starts a solve and returns it as soon as it has written its first checkpoint.
#[cfg(unix)]
fn started(f: &Folder, args: &str) -> Child {
    let mut child = f.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !f.path("c").exists() && child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(300), "no checkpoint");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_a_checkpoint_and_resume_goes_on() {
    let f = Folder::new();
    for name in ["INT", "TERM"] {
        // However fast the machine: the larger problem cannot be finished between the checkpoint
        // and the signal.
        let interrupted = [20_000, 80_000, 320_000].iter().find_map(|&n| {
            let _ = std::fs::remove_file(f.path("c"));
            f.write("y.csv", crowd(n));
            let child = started(&f, "solve --domain square --points y.csv -o s.json --checkpoint c");
            signal(&child, name);
            let run = ended(child.wait_with_output().unwrap());
            (run.code != 0).then_some(run)
        });
        let run = interrupted.expect("one of the sizes is interrupted");
        assert_eq!(run.code, 130, "{}", run.err);
        assert_eq!(
            (run.out.as_str(), run.err.as_str()),
            ("", "interrupted; the state is in c, go on with --resume c\n")
        );
        assert_eq!(f.names(), ["c", "y.csv"], "no solution, no litter");
    }
    // The last checkpoint has seen at least the start; going on for one step counts from there.
    let before = f.json("c")["iterations"].as_array().unwrap().len();
    f.expect(1, &format!("solve --domain square --points y.csv -o s.json --resume c --max-iterations {before}"));
    assert_eq!(f.json("s.json")["report"]["iterations"].as_array().unwrap().len(), before + 1);
}

#[cfg(unix)]
#[test]
fn kill_9_while_solving_leaves_a_checkpoint_to_go_on_from() {
    let f = Folder::new();
    f.write("y.csv", crowd(3000));
    let solve = "solve --domain square --points y.csv";
    f.expect(0, &format!("{solve} -o whole.json"));
    for pause in 0..4 {
        let _ = std::fs::remove_file(f.path("c"));
        let mut child = started(&f, &format!("{solve} -o rest.json --checkpoint c"));
        std::thread::sleep(Duration::from_millis(7 * pause));
        let _ = child.kill(); // it may have finished already: then the checkpoint is its last state
        child.wait().unwrap();
        f.expect(0, &format!("{solve} -o rest.json --resume c"));
        assert!(result(&f, "whole.json") == result(&f, "rest.json"));
    }
}
