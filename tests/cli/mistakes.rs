//! A table of typical mistakes (`tests/data/mistakes.txt`): each is told in one line with the file
//! or flag at fault, what is wrong and what to do, ends with the right code, and changes nothing.

use crate::support::Folder;

/// What a message tells to do, in one of these words.
const CURES: &[&str] = &[
    "use ",
    "give ",
    "make them",
    "counted from",
    "see ",
    "check the",
    "write ",
    "name ",
    "choose",
    "drop ",
    "leave it out",
    "leave out",
    "correct",
    "save ",
    "say ",
    "solve ",
    "merge",
    "must ",
    "needs ",
    "raise",
    "lower",
    "is needed",
    "it is cut off",
    "restore",
    "are written as",
    "pictures are",
    "is written",
    "pages are",
    "is drawn as",
    "is for",
    "needs a",
    "are for",
    "in the plane",
    "not valid JSON",
    "has 2 sites",
    "is of pictures",
    "there is no mass",
    "may touch",
    "batch takes",
    "leave them out",
    "there are 2 sites",
    "a point",
    "start from a solution",
];

#[test]
fn a_hundred_mistakes_are_told_what_to_do() {
    let table = include_str!("../data/mistakes.txt");
    let f = Folder::new();
    for line in table.lines().filter_map(|l| l.strip_prefix("file ")) {
        let (name, content) = line.split_once(' ').unwrap();
        f.write(name, content.replace("\\n", "\n"));
    }
    std::fs::create_dir(f.path("dir.json")).unwrap();
    f.expect(0, "solve p.json -o s.json");
    f.expect(0, "solve --domain roof.obj --points roof.obj -o r.json");
    let before: Vec<(String, Option<Vec<u8>>)> =
        f.names().into_iter().map(|n| (n.clone(), std::fs::read(f.path(&n)).ok())).collect();
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in table.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())) {
        let [code, args, text] = line.splitn(3, " | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        let output = f.command(args).stdin(std::process::Stdio::null()).output().unwrap();
        let found = String::from_utf8(output.stderr).unwrap();
        let same = found == format!("error: {text}\n") && output.status.code() == code.parse().ok();
        if !same {
            wrong.push(format!("{args}\n  {:?} {found}  {code} {text}", output.status.code()));
        }
        assert!(output.stdout.is_empty(), "{args}");
        assert!(CURES.iter().any(|cure| text.contains(cure)), "nothing to do: {text}");
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 160, "{count}");
    for (name, content) in before {
        assert_eq!(std::fs::read(f.path(&name)).ok(), content, "{name}");
    }
}

/// What is no mistake, but may be one: it is told.
#[test]
fn what_may_be_a_mistake_is_noted() {
    let f = Folder::new();
    let note = |args: &str, what: &str| {
        let run = f.expect(0, args);
        assert!(run.out.contains(what), "{args}: {what} is not in\n{}", run.out);
    };
    f.write("far.csv", "5,5\n6,6\n7,8\n");
    note("solve --domain square --points far.csv -o s.json", "all 3 sites lie outside the box around the domain");
    f.write("space.csv", "x,y,z\n0.5,0.5,1\n0.25,0.5,2\n");
    note("solve --domain square --points space.csv -o s.json", "\"z\" is not");
    f.write("space.xyz", "0.5 0.5 1\n0.25 0.5 2\n");
    note("solve --domain square --points space.xyz -o s.json", "has 3 numbers per point; x and y are used");
    f.write("y.csv", "0.5,0.5\n0.25,0.5\n");
    f.write("m.txt", "1\n3\n");
    note("solve --domain square --points y.csv --masses m.txt -o s.json", "source     scaled by 4.0, from its measure");
    note("solve --domain square --points y.csv --masses m.txt -o s.json", " for the total mass 4.0, ");
    let run = f.expect(0, "solve --domain square --points y.csv --masses m.txt -o s.json --json");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["cost"].as_f64().unwrap() / 4.0, report["cost_per_mass"].as_f64().unwrap());
    // A comb whose teeth hang on no handle: one cell takes the tips of all.
    f.write("u.csv", "0,0\n3,0\n3,3\n2,3\n2,1\n1,1\n1,3\n0,3\n");
    f.write("two.csv", "1.5,0\n1.5,3\n");
    note("solve --domain u.csv --points two.csv -o s.json", "1 cell in more than one part: 2 of site 1");
    f.write("comma.csv", "x;y\n0,5;0,25\n0,75;0,25\n");
    note("solve --domain square --points comma.csv -o s.json", "were read with decimal commas");
}
