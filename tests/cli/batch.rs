//! Many problems: good and bad ones beside each other, restarts, interruptions.

use crate::support::{Folder, csv, points, square};
use serde_json::{Value, json};

fn problem(n: usize) -> String {
    square(&format!("\"sites\": {}", json!(points(n))))
}

#[test]
fn bad_problems_do_not_stop_the_others_and_restarts_skip_what_is_done() {
    let f = Folder::new();
    for n in 2..7 {
        f.write(&format!("p{n}.json"), problem(n));
    }
    f.write("bad.json", square("\"sites\": [[0.5, \"x\"]]"));
    f.write("hard.json", problem(40));
    f.write("list.txt", "# names\nbad.json\n\nhard.json\np6.json\ngone.json\n");
    let args = "batch p2.json p3.json p4.json p5.json list.txt -o out --jobs 2 --report r.json";
    let run = f.expect(1, args);
    assert!(run.out.contains("result     8 problems: 6 solved, 2 failed"), "{}", run.out);
    assert!(run.out.contains("failed     bad.json: line 3: sites[0][1]: \"x\" is not a number"), "{}", run.out);
    assert!(run.out.contains("failed     gone.json: cannot read: no such file"), "{}", run.out);
    let report = f.json("r.json");
    assert_eq!(report["results"].as_array().unwrap().len(), 8);
    assert_eq!((&report["results"][4]["status"], &report["results"][4]["code"]), (&json!("failed"), &json!(3)));
    assert_eq!(report["results"][0]["sites"], 2);
    // Solutions are those of solve, and name their problems.
    f.expect(0, "solve p5.json -o s.json");
    let heights = |name: &str| f.json(name)["heights"].clone();
    assert_eq!(heights("s.json"), heights("out/p5.json"));
    f.expect(0, "check out/p5.json");
    // A problem that is mended is solved, one that has changed is solved anew, the others are left.
    let written = |name: &str| std::fs::metadata(f.path(name)).unwrap().modified().unwrap();
    let before = written("out/p3.json");
    f.write("bad.json", problem(3));
    f.write("gone.json", problem(4));
    f.write("p2.json", problem(9));
    let run = f.expect(0, &format!("{args} --resume"));
    assert!(run.out.contains("8 problems: 3 solved, 5 skipped, solved before"), "{}", run.out);
    assert_eq!(written("out/p3.json"), before);
    assert_eq!(heights("out/p2.json").as_array().unwrap().len(), 9);
    // A finer tolerance is not what was done before.
    let run = f.expect(0, &format!("{args} --resume --tol 1e-12"));
    assert!(run.out.contains("8 solved"), "{}", run.out);
    // What does not converge is told, with its best state.
    let run = f.expect(1, "batch hard.json -o out --max-iterations 1 --json");
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["not_converged"], 1);
    assert_eq!(f.json("out/hard.json")["report"]["converged"], false);
}

#[test]
fn a_problem_a_line() {
    use std::io::Write;
    let f = Folder::new();
    f.write("y.csv", csv(&points(4)));
    let line = |n: usize| problem(n).replace('\n', " ");
    let file = square("\"sites\": {\"path\": \"y.csv\"}").replace('\n', " ");
    let all = format!("{}\n\n{{\"nonsense\": 1}}\n{file}\n{}", line(3), line(5));
    f.write("many.jsonl", &all);
    let run = f.expect(1, "batch many.jsonl -o out");
    assert!(run.out.contains("4 problems: 3 solved, 1 failed"), "{}", run.out);
    assert!(run.out.contains("failed     many.jsonl: line 3: line 1: unknown field \"nonsense\""), "{}", run.out);
    for k in [1, 4, 5] {
        f.expect(0, &format!("check out/many-{k}.json"));
    }
    let run = f.expect(1, "batch many.jsonl -o out --resume --no-sync");
    assert!(run.out.contains("4 problems: 0 solved, 3 skipped, solved before, 1 failed"), "{}", run.out);
    let mut child = f
        .command("batch - -o piped --quiet")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(line(3).as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    f.expect(0, "check piped/problem-1.json");
}

#[test]
fn wrong_batches_are_refused_before_anything_is_solved() {
    let f = Folder::new();
    f.write("p.json", problem(3));
    std::fs::create_dir(f.path("d")).unwrap();
    f.write("d/p.json", problem(4));
    f.write("none.txt", "# nothing\n");
    f.write("y.csv", csv(&points(3)));
    let same = "d/p.json: its solution would be out/p.json, as that of p.json; give one of them another name";
    assert_eq!(f.error(2, "batch p.json d/p.json -o out"), same);
    assert!(f.error(2, "batch y.csv -o out").starts_with("y.csv: batch takes problems"));
    assert!(f.error(3, "batch none.txt -o out").starts_with("none.txt: there are no problems"));
    assert!(f.error(5, "batch p.json -o y.csv").starts_with("y.csv: cannot make the folder"));
    assert!(f.error(2, "batch p.json").contains("--output <FOLDER>"));
    assert!(!f.path("out").exists());
    std::fs::create_dir(f.path("d2")).unwrap();
    // A problem is not overwritten by its own solution.
    assert!(
        f.error(2, "batch p.json -o .").ends_with("is an input and would be overwritten; give the output another name")
    );
    assert!(f.error(2, "batch p.json -o d2 --report d2/p.json").contains("is named for two outputs"));
    assert_eq!(f.read("p.json"), problem(3));
    let run = f.expect(4, "batch p.json -o late --time-limit 0s");
    assert!(run.err.contains("time limit reached; 1 problem left, go on with --resume"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn an_interrupted_batch_goes_on() {
    let f = Folder::new();
    let names: Vec<String> = (0..40).map(|k| format!("p{k}.json")).collect();
    names.iter().enumerate().for_each(|(k, name)| f.write(name, problem(200 + k)));
    let args = format!("batch {} -o out --jobs 2", names.join(" "));
    let mut command = f.command(&args);
    command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    match output.status.code() {
        Some(130) => assert!(said.contains("interrupted; ") && said.contains("go on with --resume"), "{said}"),
        // A machine that was quick.
        code => assert_eq!(code, Some(0), "{said}"),
    }
    f.expect(0, &format!("{args} --resume"));
    assert_eq!(std::fs::read_dir(f.path("out")).unwrap().count(), 40);
}
