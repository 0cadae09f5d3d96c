//! Imports inside a room go one way, too: the graph of files has no circle, and a `mod.rs` only
//! re-exports.
//!
//! An arrow goes from a file to the file that *defines* what it names: re-exports of a `mod.rs` are
//! followed. So a circle that runs through a facade is seen as well.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A file's module path (`["diagram", "surface", "clip"]`) and its code, without comments and
/// tests.
struct File {
    name: String,
    module: Vec<String>,
    text: String,
}

fn rust_files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// The code of a file: no comments, no text in quotes, nothing from `#[cfg(test)]` on the next
/// item's braces.
fn code(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let (mut out, mut k) = (String::new(), 0);
    while k < bytes.len() {
        match bytes[k] {
            '/' if bytes.get(k + 1) == Some(&'/') => {
                while k < bytes.len() && bytes[k] != '\n' {
                    k += 1;
                }
            }
            '"' => {
                k += 1;
                while k < bytes.len() && bytes[k] != '"' {
                    k += if bytes[k] == '\\' { 2 } else { 1 };
                }
                k += 1;
                out.push_str("\"\"");
            }
            '\'' if bytes.get(k + 2) == Some(&'\'') => k += 3,
            '\'' if bytes.get(k + 1) == Some(&'\\') => {
                k += 2;
                while k < bytes.len() && bytes[k] != '\'' {
                    k += 1;
                }
                k += 1;
            }
            c => {
                out.push(c);
                k += 1;
            }
        }
    }
    from_within(&without_tests(&out))
}

/// In a module that stands inside of the file, `super` is the file.
fn from_within(text: &str) -> String {
    let (mut rest, mut out) = (text, String::new());
    while let Some(at) = rest.find("mod ") {
        let named =
            rest[at + 4..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(rest.len(), |e| at + 4 + e);
        out.push_str(&rest[..named]);
        rest = &rest[named..];
        if rest.trim_start().starts_with('{') {
            let end = closing(rest);
            out.push_str(&rest[..end].replace("super::", "self::"));
            rest = &rest[end..];
        }
    }
    out + rest
}

/// Where the first brace of a text is closed.
fn closing(text: &str) -> usize {
    let open = text.find('{').unwrap_or(text.len());
    let mut depth = 0;
    let close = text[open..].char_indices().find(|&(_, c)| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    close.map_or(text.len(), |c| open + c.0 + 1)
}

fn without_tests(text: &str) -> String {
    let (mut rest, mut out) = (text, String::new());
    let next = |text: &str| [text.find("#[cfg(test)]"), text.find("#[cfg(all(test")].into_iter().flatten().min();
    while let Some(at) = next(rest) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let end = match (tail.find('{'), tail.find(';')) {
            (open, Some(semicolon)) if open.is_none_or(|o| semicolon < o) => semicolon + 1,
            (Some(_), _) => closing(tail),
            _ => tail.len(),
        };
        rest = &tail[end..];
    }
    out + rest
}

fn files(root: &Path) -> Vec<File> {
    let mut paths = Vec::new();
    rust_files(root, &mut paths);
    paths.sort();
    let file = |path: std::path::PathBuf| {
        let name = path.strip_prefix(root).expect("inside").display().to_string();
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(String::from).collect();
        if ["mod", "lib", "main"].contains(&module.last().expect("a name").as_str()) {
            module.pop();
        }
        File { text: code(&std::fs::read_to_string(&path).expect("readable")), name, module }
    };
    paths.into_iter().map(file).collect()
}

/// Splits `a::{b, c::{d, e}}` into its paths.
fn expand(text: &str, before: &[String], out: &mut Vec<Vec<String>>) {
    let text = text.trim();
    match text.find('{') {
        None => {
            let text = text.split(" as ").next().expect("one").trim();
            if !text.is_empty() {
                let own = text.split("::").map(|s| s.trim().to_string()).filter(|s| !s.is_empty());
                out.push(before.iter().cloned().chain(own).collect());
            }
        }
        Some(open) => {
            let head = text[..open].split("::").map(|s| s.trim().to_string()).filter(|s| !s.is_empty());
            let head: Vec<String> = before.iter().cloned().chain(head).collect();
            let inner = &text[open + 1..text.rfind('}').unwrap_or(text.len())];
            let (mut depth, mut start) = (0, 0);
            for (k, c) in inner.char_indices().chain([(inner.len(), ',')]) {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        expand(&inner[start..k.max(start)], &head, out);
                        start = k + 1;
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Paths of `use` items with the name each binds, and whether they are public.
fn uses(text: &str) -> Vec<(Vec<String>, bool)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let before = text[..at].trim_end();
        let start = before.is_empty()
            || before.ends_with([';', '}', '{', ']'])
            || before.ends_with("pub")
            || before.ends_with(')');
        if !start {
            continue;
        }
        let public = before.ends_with("pub") || before.ends_with(')');
        let end = text[at..].find(';').map_or(text.len(), |e| at + e);
        let mut paths = Vec::new();
        expand(&text[at + 4..end], &[], &mut paths);
        found.extend(paths.into_iter().map(|p| (p, public)));
    }
    found
}

/// Other paths in the code that begin with `crate::` or `super::`.
fn inline(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            if text[..at].ends_with("::") || text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let end = text[at..].find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            let path = &text[at..end.map_or(text.len(), |e| at + e)];
            found.push(path.split("::").filter(|s| !s.is_empty()).map(String::from).collect());
        }
    }
    found
}

struct House {
    files: Vec<File>,
    at: BTreeMap<Vec<String>, usize>,
}

impl House {
    fn new(files: Vec<File>) -> House {
        let at = files.iter().enumerate().map(|(k, f)| (f.module.clone(), k)).collect();
        House { files, at }
    }

    /// The module path that a path means, seen from a file; `None` if it leads out of the crate.
    fn absolute(&self, from: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut here: Vec<String> = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            "self" => from.to_vec(),
            first => {
                let inside: Vec<String> = from.iter().cloned().chain([first.to_string()]).collect();
                return self.at.contains_key(&inside).then(|| [from, path].concat());
            }
        };
        for step in &path[1..] {
            match step.as_str() {
                "super" => drop(here.pop()),
                "self" => {}
                _ => here.push(step.clone()),
            }
        }
        Some(here)
    }

    /// The files that define what an absolute path names.
    fn defining(&self, path: &[String], depth: usize, out: &mut BTreeSet<usize>) {
        let Some(k) = (0..=path.len()).rev().find(|&k| self.at.contains_key(&path[..k])) else { return };
        let file = self.at[&path[..k]];
        let Some(item) = path.get(k) else { return };
        let module = &self.files[file].module;
        let mut followed = false;
        // What a facade imports its children can name through it, public or not.
        let facade = self.files[file].name.ends_with("mod.rs") || self.files[file].name.ends_with("lib.rs");
        if depth < 8 {
            for (reexport, public) in uses(&self.files[file].text) {
                let last = reexport.last().map(String::as_str);
                if !(public || facade) || !(last == Some(item.as_str()) || last == Some("*") || item == "*") {
                    continue;
                }
                if let Some(target) = self.absolute(module, &reexport) {
                    followed = true;
                    self.defining(&target, depth + 1, out);
                }
            }
        }
        if !followed {
            out.insert(file);
        }
    }

    /// For each file the files whose items it names.
    fn arrows(&self) -> Vec<BTreeSet<usize>> {
        let of = |(k, file): (usize, &File)| {
            let mut out = BTreeSet::new();
            let mut named: Vec<Vec<String>> = inline(&file.text);
            let used = uses(&file.text);
            // A facade uses nothing of what it names.
            let facade = file.name.ends_with("mod.rs") || file.name.ends_with("lib.rs");
            named.extend(used.iter().filter(|_| !facade).map(|u| u.0.clone()));
            // Modules that are imported by name: `use crate::exact::big` and then `big::f()`.
            for (path, _) in &used {
                let Some(module) = self.absolute(&file.module, path) else { continue };
                let Some(last) = path.last() else { continue };
                if self.at.contains_key(&module) {
                    for (at, _) in file.text.match_indices(&format!("{last}::")) {
                        if file.text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                            continue;
                        }
                        let rest = &file.text[at + last.len() + 2..];
                        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                        let item = [module.clone(), vec![rest[..end].to_string()]].concat();
                        self.defining(&item, 0, &mut out);
                    }
                }
            }
            for path in &named {
                if let Some(target) = self.absolute(&file.module, path) {
                    self.defining(&target, 0, &mut out);
                }
            }
            out.remove(&k);
            out
        };
        self.files.iter().enumerate().map(of).collect()
    }

    /// Sets of files that reach each other.
    fn circles(&self) -> Vec<Vec<usize>> {
        let arrows = self.arrows();
        let reach = |from: usize| {
            let (mut seen, mut stack) = (BTreeSet::new(), vec![from]);
            while let Some(k) = stack.pop() {
                for &next in &arrows[k] {
                    if seen.insert(next) {
                        stack.push(next);
                    }
                }
            }
            seen
        };
        let all: Vec<BTreeSet<usize>> = (0..arrows.len()).map(reach).collect();
        let mut done = BTreeSet::new();
        let mut found = Vec::new();
        for k in 0..all.len() {
            if all[k].contains(&k) && !done.contains(&k) {
                let circle: Vec<usize> = all[k].iter().copied().filter(|&j| all[j].contains(&k)).collect();
                done.extend(circle.iter().copied());
                found.push(circle);
            }
        }
        found
    }

    fn told(&self, circle: &[usize]) -> String {
        let arrows = self.arrows();
        let mut lines = Vec::new();
        for &k in circle {
            for &next in arrows[k].iter().filter(|n| circle.contains(n)) {
                lines.push(format!("    {} -> {}", self.files[k].name, self.files[next].name));
            }
        }
        lines.join("\n")
    }
}

fn house(folder: &str) -> House {
    House::new(files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)))
}

/// The binary is a crate of its own.
fn both() -> [House; 2] {
    let mut library = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    library.retain(|f| !f.name.starts_with("bin/"));
    [House::new(library), house("src/bin/brenier")]
}

#[test]
fn no_file_imports_itself_in_a_circle() {
    for house in both() {
        assert!(house.files.len() > 20, "the sources are found");
        let circles = house.circles();
        let told: Vec<String> = circles.iter().map(|c| house.told(c)).collect();
        assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), told.join("\n\n"));
    }
}

#[test]
fn a_facade_only_re_exports() {
    for house in both() {
        for file in house.files.iter().filter(|f| f.name.ends_with("mod.rs")) {
            for line in file.text.lines() {
                let word = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
                let word = word.trim_start_matches("pub ");
                let defines =
                    ["fn ", "struct ", "enum ", "trait ", "impl", "const ", "static ", "type ", "macro_rules"];
                assert!(
                    !defines.iter().any(|d| word.starts_with(d)),
                    "{}: `{}` belongs into a file of its own",
                    file.name,
                    line.trim()
                );
            }
        }
    }
}

/// The rule can fail: circles of two files, of three, and through a facade are seen.
#[test]
fn circles_are_seen() {
    let file = |name: &str, text: &str| {
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(String::from).collect();
        if module.last().is_some_and(|m| m == "mod") {
            module.pop();
        }
        File { name: name.to_string(), module, text: code(text) }
    };
    let two =
        vec![file("a/x.rs", "use super::y::Y; pub struct X;"), file("a/y.rs", "use crate::a::x::X; pub struct Y;")];
    assert_eq!(House::new(two).circles().len(), 1);
    let through = vec![
        file("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
        file("a/x.rs", "use super::Y; pub struct X;"),
        file("a/y.rs", "fn f() -> crate::a::X { todo!() } pub struct Y;"),
    ];
    assert_eq!(House::new(through).circles().len(), 1);
    let three = vec![
        file("a.rs", "use crate::b; fn f() { b::g() }"),
        file("b.rs", "use crate::c::{self, h}; pub fn g() { h() }"),
        file("c.rs", "pub fn h() { crate::a::f() }"),
    ];
    assert_eq!(House::new(three).circles(), vec![vec![0, 1, 2]]);
    let none = vec![
        file("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
        file("a/x.rs", "use super::Y; pub struct X; // crate::b::f"),
        file("a/y.rs", "pub struct Y; #[cfg(test)] mod tests { use super::super::X; }"),
    ];
    assert_eq!(House::new(none).circles(), Vec::<Vec<usize>>::new());
}
