//! The house rules that a compiler does not enforce: imports go down only, big numbers live in one
//! file, files stay readable.

use std::path::{Path, PathBuf};

/// Modules from the bottom to the top. Those of one line may not import each other.
const LAYERS: &[&[&str]] = &[
    &["exact", "setters"],
    &["dense", "domain"],
    &["problem"],
    &["hull"],
    &["diagram"],
    &["newton"],
    &["transport"],
    &["sample", "parameterize", "polytope", "lens", "latent"],
    &["io", "plot"],
];

const LONGEST_FILE: usize = 620;

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|l| l.contains(&module))
}

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join(folder), &mut files);
    let read = |p: PathBuf| {
        let name = p.strip_prefix(root).expect("inside").display().to_string();
        (name, std::fs::read_to_string(&p).expect("readable"))
    };
    files.into_iter().map(read).collect()
}

/// Code of a line: no comments (documentation may point upwards).
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// Names directly below the crate's root that the code mentions: `crate::x`, `crate::{x, y::z}`,
/// `super::..::x`. `depth` is the number of modules the file itself is inside of.
fn root_names(text: &str, depth: usize) -> Vec<String> {
    let flat: String = text.lines().map(|l| format!("{} ", code(l))).collect();
    let mut names = Vec::new();
    let mut after = |rest: &str| {
        let rest = rest.trim_start();
        let Some(group) = rest.strip_prefix('{') else {
            names.push(identifier(rest).to_string());
            return;
        };
        let (mut level, mut start) = (1, true);
        for (k, c) in group.char_indices() {
            match c {
                '{' => level += 1,
                '}' => level -= 1,
                ',' => start = level == 1,
                c if c.is_whitespace() => {}
                _ if start => {
                    names.push(identifier(&group[k..]).to_string());
                    start = false;
                }
                _ => {}
            }
            if level == 0 {
                break;
            }
        }
    };
    for (k, _) in flat.match_indices("crate::") {
        after(&flat[k + 7..]);
    }
    let up = "super::".repeat(depth);
    for (k, _) in flat.match_indices(&up) {
        if !flat[..k].ends_with("super::") {
            after(&flat[k + up.len()..]);
        }
    }
    names
}

fn violations(files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, text) in files {
        let parts: Vec<&str> = name.trim_end_matches(".rs").split('/').skip(1).collect();
        let module = parts[0];
        let Some(mine) = layer(module) else { continue };
        let depth = parts.len() - usize::from(parts.ends_with(&["mod"]));
        for used in root_names(text, depth) {
            let allowed = layer(&used).is_none_or(|l| l < mine || used == module);
            if !allowed {
                wrong.push(format!("{name} ({module}) imports {used}"));
            }
        }
    }
    wrong
}

#[test]
fn imports_go_down_only() {
    let files = sources("src");
    assert!(files.len() > 10, "the sources are found");
    for (name, _) in &files {
        let top = name.split('/').nth(1).unwrap_or("").trim_end_matches(".rs");
        let known = layer(top).is_some() || ["lib", "bin"].contains(&top);
        assert!(known, "{name}: put module {top} into the table of layers");
    }
    let wrong = violations(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rule above can fail: it sees each way of writing an upward import.
#[test]
fn upward_imports_are_seen() {
    let file = |name: &str, text: &str| (format!("src/{name}"), text.to_string());
    let bad = [
        file("exact/dd.rs", "use crate::domain::Density;"),
        file("hull/mod.rs", "use crate::{exact::Dd,\n    transport::Solution};"),
        file("hull/mod.rs", "use super::diagram::Diagram;"),
        file("hull/build.rs", "fn f() { super::super::newton::step() }"),
        file("io/csv.rs", "use crate::plot::svg;"),
        file("problem.rs", "use super::hull::Hull;"),
    ];
    for b in bad {
        assert_eq!(violations(std::slice::from_ref(&b)).len(), 1, "{b:?}");
    }
    let good = [
        file("transport/map.rs", "use crate::{diagram::{Diagram, Label}, exact::{Dd, Heights}};"),
        file("hull/build.rs", "use super::{newton, locate}; // crate::newton"),
        file("exact/mod.rs", "//! See [`crate::transport`]."),
    ];
    assert_eq!(violations(&good), Vec::<String>::new());
}

#[test]
fn big_numbers_are_named_in_one_file() {
    let mut naming = Vec::new();
    for (name, text) in sources("src") {
        let words =
            text.lines().flat_map(|l| code(l).split(|c: char| !(c.is_alphanumeric() || c == '_')).collect::<Vec<_>>());
        if words.into_iter().any(|w| w == "rug" || w == "gmp_mpfr_sys") {
            naming.push(name);
        }
    }
    // The command's allocator counts the memory of big numbers; it knows nothing else of them.
    assert_eq!(naming, ["src/bin/brenier/allocator.rs", "src/exact/big.rs"]);
}

#[test]
fn files_are_of_readable_length() {
    for folder in ["src", "tests"] {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= LONGEST_FILE, "{name} has {lines} lines; split it");
        }
    }
}

/// `unsafe` stands in one folder of the library, with its proof; and where the command line asks
/// the system, in its allocator and for its signals.
#[test]
fn unsafe_code_is_in_one_folder_of_the_library() {
    let unsafe_block = |text: &str| text.lines().any(|l| code(l).contains("unsafe ") || code(l).contains("unsafe{"));
    let found: Vec<String> = sources("src").into_iter().filter(|(_, text)| unsafe_block(text)).map(|f| f.0).collect();
    let loops = ["arm", "sets", "x86"].map(|name| format!("src/dense/simd/{name}.rs"));
    let expected: Vec<String> = ["allocator", "interrupt"].map(|name| format!("src/bin/brenier/{name}.rs")).into();
    assert_eq!(found, [&expected[..], &loops[..]].concat());
}
