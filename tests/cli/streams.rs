//! Where files go: links, streams, devices, folders that take none; and what is left when a run
//! ends early.

use crate::support::{Folder, csv, ended, points, square};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Runs a script of the shell in a folder, with the program as `$B`.
fn shell(f: &Folder, script: &str) -> crate::support::Run {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("B", env!("CARGO_BIN_EXE_brenier")).current_dir(f.path(""));
    ended(command.output().unwrap())
}

fn two() -> Folder {
    let f = Folder::new();
    f.write("p.json", square("\"sites\": [[0.25, 0.5], [0.75, 0.5], [0.6, 0.1]]"));
    f
}

#[cfg(target_os = "linux")]
#[test]
fn streams_are_appended_to_and_hold_nothing_but_the_result() {
    let f = two();
    f.write("log", "before\n");
    for name in ["/dev/stdout", "-", "/dev/fd/1", "/proc/self/fd/1"] {
        let run = shell(&f, &format!("echo first > log; \"$B\" solve p.json -o {name} >> log && echo last >> log"));
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains("converged"), "the report goes elsewhere: {}", run.err);
        let log = f.read("log");
        let document = log.strip_prefix("first\n").unwrap().strip_suffix("last\n").unwrap();
        // The problem is inside: whoever reads this knows no folder that names could start from.
        f.write("s.json", document);
        f.expect(0, "check s.json");
        assert!(f.json("s.json")["problem"]["data"].is_object());
        assert_eq!(f.names(), ["log", "p.json", "s.json"]);
        std::fs::remove_file(f.path("s.json")).unwrap();
    }
    // A stream may be an input, too.
    let before = f.read("p.json");
    let run = shell(&f, "\"$B\" solve p.json -o /dev/stdout >> p.json");
    assert_eq!((run.code, f.read("p.json")), (2, before), "{}", run.err);
    assert!(run.err.contains("is an input and would be overwritten"), "{}", run.err);
    // Whoever reads has gone.
    let run = shell(&f, "\"$B\" solve p.json -o - 2> err | true; cat err");
    assert!(!run.out.contains("error"), "{}", run.out);
    let run = shell(&f, "\"$B\" solve p.json -o /dev/fd/3 3>> log; tail -c 2 log");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(f.read("log").starts_with("first\n") && f.read("log").ends_with("}\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_problem_from_a_stream_is_kept_in_its_solution() {
    let f = two();
    std::fs::create_dir(f.path("d")).unwrap();
    f.write("y.csv", csv(&points(5)));
    f.write("r.json", square("\"sites\": {\"path\": \"y.csv\"}"));
    for problem in ["p.json", "r.json"] {
        for script in
            ["cat P | \"$B\" solve /dev/stdin -o d/s.json", "\"$B\" solve /dev/stdin -o d/s.json << E\n$(cat P)\nE"]
        {
            let run = shell(&f, &script.replace('P', problem));
            assert_eq!(run.code, 0, "{}", run.err);
            assert!(f.json("d/s.json")["problem"]["data"].is_object(), "{script}");
            f.expect(0, "check d/s.json");
            f.expect(0, &format!("check d/s.json --problem {problem}"));
        }
        // A file that can be read again is named.
        let run = shell(&f, &format!("\"$B\" solve /dev/stdin -o d/s.json < {problem}"));
        assert_eq!(run.code, 0, "{}", run.err);
        assert_eq!(f.json("d/s.json")["problem"]["path"], format!("../{problem}"));
        f.expect(0, "check d/s.json");
    }
}

#[cfg(unix)]
#[test]
fn links_stay_and_lead_to_what_is_written() {
    use std::os::unix::fs::symlink;
    let f = two();
    std::fs::create_dir(f.path("d")).unwrap();
    for (link, to) in [("good.json", "d/there.json"), ("dangling.json", "d/to-come.json"), ("lost.json", "no/s.json")] {
        symlink(to, f.path(link)).unwrap();
    }
    f.write("d/there.json", "{}");
    for (link, to) in [("good.json", "d/there.json"), ("dangling.json", "d/to-come.json")] {
        f.expect(0, &format!("solve p.json -o {link}"));
        assert!(f.path(link).symlink_metadata().unwrap().is_symlink(), "{link}");
        assert_eq!(f.json(to)["format"], "brenier/solution");
    }
    let text = f.error(5, "solve p.json -o lost.json");
    assert_eq!(text, "lost.json: cannot write: no such file or folder; check the path");
}

/// Outputs are tried before anything is read, and nothing is left.
#[test]
fn outputs_that_cannot_be_written_are_told_at_once() {
    let f = Folder::new();
    // Whoever read this first would say so.
    f.write("y.csv", "no numbers\nat all\n");
    f.error(3, "solve --domain square --points y.csv -o s.json");
    f.write("file", "");
    std::fs::create_dir(f.path("d.json")).unwrap();
    let before = f.names();
    for (name, why) in [
        ("no/s.json", "no such file or folder"),
        ("d.json", "it is a folder"),
        ("file/s.json", "a file stands where the path wants a folder"),
        ("s.json --plot no/s.svg", "no such file or folder"),
        ("s.json --checkpoint d.json", "it is a folder"),
        ("/proc/s.json", ""),
    ] {
        if name.starts_with("/proc") && !cfg!(target_os = "linux") {
            continue;
        }
        let text = f.error(5, &format!("solve --domain square --points y.csv -o {name}"));
        assert!(text.contains(why), "{name}: {text}");
    }
    assert_eq!(f.names(), before);
}

#[cfg(unix)]
#[test]
fn names_with_newlines_stay_on_their_line() {
    let f = two();
    let run = shell(&f, "\"$B\" solve p.json -o 'a\nb.json' && \"$B\" check 'a\nb.json' && \"$B\" solve 'c\nd' -o e");
    assert_eq!(run.code, 5);
    assert!(run.out.contains("written    a\\nb.json\n"), "{}", run.out);
    assert_eq!(run.err, "error: c\\nd: cannot read: no such file or folder; check the path\n");
}

/// Old arrays go with their solution, but not if what was just solved, or anything else that was
/// read, needs them.
#[test]
fn old_arrays_stay_while_something_needs_them() {
    let f = two();
    let name = "s-0123456789ab.npz";
    let mut npz = brenier::io::NpzWriter::new(Vec::new());
    npz.add("sites", 2, points(4).as_flattened()).unwrap();
    let arrays = npz.finish().unwrap();
    f.write("r.json", square(&format!("\"sites\": {{\"path\": \"{name}\", \"array\": \"sites\"}}")));
    let old = format!("{{\"heights\": {{\"path\": \"{name}\", \"array\": \"heights\"}}}}");
    for (problem, stays) in [("r.json", true), (&*format!("--domain square --points {name}"), true), ("p.json", false)]
    {
        f.write(name, &arrays);
        f.write("s.json", &old);
        f.expect(0, &format!("solve {problem} -o s.json"));
        assert_eq!(f.path(name).exists(), stays, "{problem}");
    }
}

/// Signals at all times of a run, also while a large file is being written: nothing of it is left,
/// whatever the signal, and what was there before is whole.
#[cfg(target_os = "linux")]
#[test]
fn signals_leave_nothing_behind() {
    let f = two();
    f.expect(0, "solve p.json -o s.json");
    f.write("out.npy", "old");
    let before = f.names();
    // Where files cannot be without a name, those that nobody can answer may leave one.
    use rustix::fs::{Mode, OFlags, open};
    let unnamed = open(f.path(""), OFlags::TMPFILE | OFlags::RDWR, Mode::RUSR).is_ok();
    let (mut hit, mut late) = (0, 0);
    for k in 0..42 {
        let signal =
            if unnamed { ["INT", "TERM", "HUP", "KILL", "USR1", "ALRM"][k % 6] } else { ["INT", "TERM", "HUP"][k % 3] };
        let args =
            if k % 2 == 0 { "sample s.json -n 1e8 -o out.npy" } else { "plot s.json -o out.png --size 4000x4000" };
        let mut child = f.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(7 * k as u64));
        for _ in 0..1 + k / 6 % 2 {
            let _ = Command::new("kill")
                .args([format!("-{signal}"), child.id().to_string()])
                .stderr(Stdio::null())
                .status();
        }
        let code = child.wait().unwrap().code();
        hit += u32::from(code != Some(0));
        late += u32::from(code == Some(0));
        assert!(!matches!(code, Some(1..=100)), "{signal}: {code:?}");
        if code == Some(0) {
            let _ = std::fs::remove_file(f.path("out.png"));
            f.write("out.npy", "old");
        }
        assert_eq!(f.names(), before, "{signal} after {} ms", 7 * k);
        assert_eq!(f.read("out.npy"), "old");
    }
    assert!(hit > 20, "{hit} runs hit, {late} had ended");
}

/// Where the system refuses threads the work is done by those there are.
#[cfg(target_os = "linux")]
#[test]
fn refused_threads_are_done_without() {
    let f = two();
    // Other people may use the folder; for an administrator the limit does not hold.
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(f.path(""), std::fs::Permissions::from_mode(0o777)).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_brenier"), f.path("b")).unwrap();
    let root = shell(&f, "id -u").out.trim() == "0";
    let other = if root { "setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "" };
    if shell(&f, "setpriv --version && prlimit --version").code != 0 {
        return;
    }
    for args in
        ["solve p.json -o s.json --threads 8", "check s.json", "sample s.json -n 1000 -o x.csv", "plot s.json -o s.svg"]
    {
        let run = shell(&f, &format!("exec {other} prlimit --nproc=1 ./b {args}"));
        assert_eq!(run.code, 0, "{args}: {}", run.err);
        assert!(run.err.is_empty() || run.err.starts_with("warning: the system refuses "), "{args}: {}", run.err);
    }
    let run = shell(&f, &format!("exec {other} prlimit --nproc=1 ./b check s.json --time-limit 99s"));
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("cannot start a thread for --time-limit"), "{}", run.err);
}
