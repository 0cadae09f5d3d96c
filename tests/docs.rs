//! House rules of documents and comments: width, links that lead somewhere.

use std::path::{Path, PathBuf};

/// Columns of a line of prose.
const WIDTH: usize = 100;

/// Folders that are not ours to keep tidy.
const FOREIGN: &[&str] = &["target", "node_modules", ".git", ".venv", "demo-out", "shared", "try"];

fn documents(folder: &Path, out: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    for path in entries {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
        if path.is_dir() && !FOREIGN.contains(&name) {
            documents(&path, out);
        } else if name.ends_with(".md") {
            out.push(path);
        }
    }
}

/// Every document of the repository, with its text.
fn all() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    documents(Path::new(env!("CARGO_MANIFEST_DIR")), &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the documents were found");
    paths.into_iter().map(|p| (p.clone(), std::fs::read_to_string(&p).expect("readable"))).collect()
}

/// Lines of prose with their numbers: fences are code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(k, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((k + 1, line))
    })
}

/// A table's rows cannot be broken, nor can a line that is nothing but a link.
fn may_be_long(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    line.starts_with('|') || line.contains("](") && line.split_whitespace().count() <= 2
}

#[test]
fn lines_fit_a_page() {
    let mut long = Vec::new();
    for (path, text) in all() {
        let wide = prose(&text).filter(|(_, line)| line.chars().count() > WIDTH && !may_be_long(line));
        long.extend(wide.map(|(k, line)| format!("{}:{k}: {} columns", path.display(), line.chars().count())));
    }
    assert!(long.is_empty(), "break these lines at {WIDTH} columns:\n{}", long.join("\n"));
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The lines that are nothing but comment, without their indentation's meaning: code in fences is
/// as wide as code.
fn comments(text: &str) -> String {
    let of = |line: &str| line.trim_start().starts_with("//").then(|| line.replacen("//", "  ", 1));
    let bare = |line: String| line.replacen("  /", "   ", 1).replacen("  !", "   ", 1);
    text.lines().map(|line| of(line).map(bare).unwrap_or_default() + "\n").collect()
}

#[test]
fn comments_fit_a_page() {
    let mut paths = Vec::new();
    for folder in ["src", "tests", "examples", "benches", "fuzz/fuzz_targets", "bench/peers/src"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if folder.is_dir() {
            rust_files(&folder, &mut paths);
        }
    }
    assert!(paths.len() > 300, "the sources were found");
    let mut long = Vec::new();
    for path in paths {
        let text = comments(&std::fs::read_to_string(&path).expect("readable"));
        let wide = prose(&text).filter(|(_, line)| line.chars().count() > WIDTH && !may_be_long(line));
        long.extend(wide.map(|(k, line)| format!("{}:{k}: {} columns", path.display(), line.chars().count())));
    }
    assert!(long.is_empty(), "break these comments at {WIDTH} columns:\n{}", long.join("\n"));
}

#[test]
fn comments_are_seen() {
    let text = "let a = 1; // code\n    /// ```\n    /// code\n    /// ```\n    //! words\n";
    assert_eq!(prose(&comments(text)).map(|(_, l)| l.trim()).collect::<String>(), "words");
}

/// Targets of links and pictures: what stands in `](...)`, `src=...` and behind `[name]:`.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    if let Some((_, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
        found.push(target.trim());
    }
    for (open, ends) in [("](", &[')'][..]), ("src=", &[' ', '>'])] {
        let rests = line.match_indices(open).map(|(k, _)| &line[k + open.len()..]);
        found.extend(rests.filter_map(|rest| rest.split(ends).next()).map(|target| target.trim_matches('"')));
    }
    found
}

/// How a heading is named in a link: small letters, digits, and dashes for blanks.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().chars();
    let kept = kept.filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[test]
fn links_lead_somewhere() {
    let (mut broken, mut followed) = (Vec::new(), 0);
    for (path, text) in all() {
        for (k, line) in prose(&text) {
            for target in targets(line).into_iter().filter(|t| !t.contains("://") && !t.starts_with('<')) {
                let (file, part) = target.split_once('#').unwrap_or((target, ""));
                let at = if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
                let there = at.exists() && (part.is_empty() || headings(&at).contains(&part.to_string()));
                followed += 1;
                if !there {
                    broken.push(format!("{}:{k}: {target}", path.display()));
                }
            }
        }
    }
    assert!(followed > 50, "only {followed} links were seen");
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

fn headings(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("readable");
    prose(&text).filter(|(_, line)| line.starts_with('#')).map(|(_, line)| anchor(line)).collect()
}

#[test]
fn the_changelog_has_one_line_an_entry() {
    let text = include_str!("../CHANGELOG.md");
    let entries = text.split_once("## [").expect("a version").1.lines().skip(1);
    let inside: Vec<&str> = entries.skip_while(|line| !line.starts_with("### ")).collect();
    assert!(inside.len() > 80, "entries were found");
    let plain = |line: &&str| !(line.is_empty() || line.starts_with("- ") || line.starts_with('#'));
    assert_eq!(inside.into_iter().find(plain), None, "this line goes on an entry or is none");
}

/// Folders of the repository.
const FOLDERS: &[&str] = &["bench", "benches", "data", "docs", "examples", "fuzz", "scripts", "src", "tests", "viewer"];

/// Files that a line names between backticks.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let path = |span: &&str| {
        let inside = span.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
        let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        // Capitals stand for any name.
        let any = span.split('/').any(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase()));
        inside && plain && !any
    };
    line.split('`').skip(1).step_by(2).filter(path)
}

/// Files move; what tells of them has to follow.
#[test]
fn files_that_are_named_exist() {
    let (mut lost, mut seen) = (Vec::new(), 0);
    for (path, text) in all() {
        for (k, line) in prose(&text) {
            for name in named(line) {
                let roots = [Path::new(env!("CARGO_MANIFEST_DIR")), path.parent().expect("a folder")];
                seen += 1;
                if !roots.iter().any(|root| root.join(name).exists()) {
                    lost.push(format!("{}:{k}: {name}", path.display()));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} names were seen");
    assert!(lost.is_empty(), "files that do not exist:\n{}", lost.join("\n"));
}

/// The rules themselves: what is found, and what is let pass.
#[test]
fn the_rules_see_what_they_are_to_see() {
    let text = "a\n```\nlong code\n```\nb\n";
    assert_eq!(prose(text).collect::<Vec<_>>(), [(1, "a"), (5, "b")]);
    assert!(may_be_long("| a | b |") && may_be_long("- [text](address)") && !may_be_long("see [text](address) there"));
    assert_eq!(targets("see [a](b.md#c) and ![d](e.png), <img src=\"f.png\">"), ["b.md#c", "e.png", "f.png"]);
    assert_eq!(
        named("in `src/a.rs`, `b/c`, `src/x y`, `src/ANY/x`, `tests/`").collect::<Vec<_>>(),
        ["src/a.rs", "tests/"]
    );
    assert_eq!(anchor("## Meshes in space, `a`"), "meshes-in-space-a");
}

/// Small changes that the tests must notice are changes of what the sources say: a list that names
/// what is no longer there would end the run that it is for.
#[test]
fn mutants_name_what_the_sources_say() {
    let read = |name: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name);
    let (mut source, mut gone, mut count) = (String::new(), Vec::new(), 0);
    for line in read("tests/mutants.txt").lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix('@') {
            source = read(head.split(" : ").next().unwrap_or_default().trim());
            continue;
        }
        let (place, text) = match line.split_once("| ") {
            Some((k, rest)) if k.parse::<usize>().is_ok() => (k.parse().unwrap_or(1), rest),
            _ => (1, line),
        };
        let before = text.split(" ==> ").next().unwrap_or_default().replace(['«', '»'], "").replace("\\n", "\n");
        count += 1;
        if source.matches(before.trim()).count() < place {
            gone.push(line.to_string());
        }
    }
    assert!(count > 150, "the list was read");
    assert!(gone.is_empty(), "not in the sources any more:\n{}", gone.join("\n"));
}
