//! The large arrays of a solution, in an .npz beside it that is named by its own content.

use super::atomic::AtomicFile;
use super::error::IoError;
use super::ledger;
use super::lists::{List, Point};
use super::npz::NpzWriter;
use super::read::{hex, sha256_hex};
use super::temporary::Unfinished;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Bytes that are hashed at once, while the next ones are written.
const BLOCK: usize = 1 << 20;

/// Arrays that stand beside a solution to come.
pub(super) struct Arrays {
    /// Name of their file, in the folder of the solution.
    pub(super) name: String,
    /// SHA-256 of that file.
    pub(super) sha256: String,
    /// The file, to be kept once the solution is written; `None` if it was there before.
    pub(super) unfinished: Option<Unfinished>,
}

/// Writes the arrays to a file named by its own content.
pub(super) fn write_arrays<P: Point>(path: &Path, lists: &[(&str, &List<P>)]) -> Result<Arrays, IoError> {
    /// Writes to the file and hands blocks of what was written to the thread that hashes, if there
    /// is one.
    struct Copying<'a> {
        file: &'a mut AtomicFile,
        block: Vec<u8>,
        blocks: Option<SyncSender<Vec<u8>>>,
        hash: Sha256,
    }
    impl Copying<'_> {
        fn hand_over(&mut self) -> io::Result<()> {
            let block = std::mem::take(&mut self.block);
            match &self.blocks {
                Some(blocks) => blocks.send(block).map_err(|_| io::Error::other("the thread that hashes has ended")),
                None => {
                    self.hash.update(block);
                    Ok(())
                }
            }
        }
    }
    impl Write for Copying<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = self.file.write(bytes)?;
            self.block.extend_from_slice(&bytes[..n]);
            if self.block.len() >= BLOCK {
                self.hand_over()?;
            }
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.file.flush()
        }
    }
    // The name comes with the content. Of a link it is the folder of the link that counts, as for
    // those who read.
    let mut file = AtomicFile::create_to_be_named(&path.with_file_name(".brenier-arrays"))?;
    let hash = std::thread::scope(|scope| {
        let (blocks, handed) = sync_channel::<Vec<u8>>(4);
        let digest = move || handed.into_iter().fold(Sha256::new(), |hash, block| hash.chain_update(block));
        // A system that refuses the thread has the work done here.
        let thread = std::thread::Builder::new().spawn_scoped(scope, digest).ok();
        let blocks = thread.is_some().then_some(blocks);
        let mut npz = NpzWriter::new(Copying { file: &mut file, block: Vec::new(), blocks, hash: Sha256::new() });
        lists.iter().try_for_each(|(name, list)| {
            let (columns, values) = list.array();
            npz.add(name, columns, &values)
        })?;
        let mut copying = npz.finish()?;
        copying.hand_over()?;
        drop(copying.blocks);
        match thread {
            Some(thread) => thread.join().map_err(|_| io::Error::other("the thread that hashes has failed")),
            None => Ok(copying.hash),
        }
    });
    let hash = hash.map_err(|e| IoError::system(path, "write the arrays of", e))?;
    let sha256 = hex(&hash.finalize());
    // Twelve digits tell one solution's arrays from the next one's. Should a file with the same
    // digits hold something else, more of them do.
    for digits in [SHORT, sha256.len()] {
        let name = format!("{}-{}.npz", stem(path), &sha256[..digits]);
        let at = path.with_file_name(&name);
        match fs::read(&at) {
            // The very same arrays: whoever else refers to them goes on having them.
            Ok(bytes) if sha256_hex(&bytes) == sha256 => return Ok(Arrays { name, sha256, unfinished: None }),
            Ok(_) if digits == SHORT => continue,
            _ => {}
        }
        file.rename(&name);
        break;
    }
    let at = file.path().to_path_buf();
    let name = at.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    file.commit()?;
    Ok(Arrays { name, sha256, unfinished: Some(Unfinished::of(&at)) })
}

/// Digits of the SHA-256 in the name of the arrays.
const SHORT: usize = 12;

/// Longest solution file that is looked through for the names of its arrays: one with `cells` of
/// 1e7 sites is longer, and keeps its arrays.
const LONGEST: u64 = 1 << 30;

/// Names of the arrays that the solution now at `path` keeps beside it: those its lists refer to.
/// Files that only its problem names are not its own.
pub(super) fn previous_arrays(path: &Path) -> Vec<String> {
    let of_ours = |m: fs::Metadata| m.is_file() && m.len() <= LONGEST;
    if !fs::metadata(path).is_ok_and(of_ours) {
        return Vec::new();
    }
    let Ok(file) = fs::File::open(path) else { return Vec::new() };
    let Ok(Paths(mut names)) = serde_json::from_reader(BufReader::new(file)) else { return Vec::new() };
    let start = format!("{}-", stem(path));
    names.retain(|name| {
        let hash = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".npz"));
        hash.is_some_and(|h| h.len() >= SHORT && h.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    names.sort_unstable();
    names.dedup();
    names
}

/// Removes arrays of the solution that was at `path`, unless they are in use: by the new solution
/// (`current`), by its problem (`referred`), or by anything this run has read.
pub(super) fn remove(path: &Path, stale: Vec<String>, current: Option<&str>, referred: &[PathBuf]) {
    let same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    for old in stale.iter().filter(|old| current != Some(old.as_str())) {
        let at = path.with_file_name(old);
        if !ledger::is_input(&at) && !referred.iter().any(|file| same(file, &at)) {
            // Not being able to remove them harms nobody.
            let _ = fs::remove_file(at);
        }
    }
}

/// Every `"path"` that stands beside an `"array"`, anywhere in a document; lists are passed over.
struct Paths(Vec<String>);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Paths, D::Error> {
        d.deserialize_any(PathsVisitor)
    }
}

struct PathsVisitor;

impl<'de> Visitor<'de> for PathsVisitor {
    type Value = Paths;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Paths, A::Error> {
        let (mut all, mut path, mut array) = (Vec::new(), None, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "path" => path = map.next_value::<Option<String>>()?,
                "array" => (array, _) = (true, map.next_value::<IgnoredAny>()?),
                _ => all.append(&mut map.next_value::<Paths>()?.0),
            }
        }
        all.extend(path.filter(|_| array));
        Ok(Paths(all))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Paths, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Paths(Vec::new()))
    }
    fn visit_str<E>(self, _: &str) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
    fn visit_unit<E>(self) -> Result<Paths, E> {
        Ok(Paths(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A solution's own arrays, and not what its problem refers to, wherever that stands.
    #[test]
    fn own_arrays_are_told_from_those_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let own = "s-0123456789ab.npz";
        let list = format!(r#"{{"path": "{own}", "array": "heights", "sha256": "00"}}"#);
        let document = format!(
            r#"{{"problem": {{"sha256": "1", "path": "s-bbbbbbbbbbbb.npz", "files": {{"s-cccccccccccc.npz": "2"}}}},
                "heights": {list}, "weights": {list}, "masses": [1, [2], {{"path": "s-dddddddddddd.npz"}}],
                "hidden": {{"path": "t-0123456789ab.npz", "array": "hidden"}},
                "report": {{"notes": ["s-eeeeeeeeeeee.npz"], "converged": true, "cost": 1.5, "n": -1, "m": 1, "x": null}}}}"#
        );
        fs::write(&path, document).unwrap();
        assert_eq!(previous_arrays(&path), [own]);
        fs::write(folder.path().join(own), "").unwrap();
        remove(&path, vec![own.into()], Some(own), &[]);
        remove(&path, vec![own.into()], None, &[folder.path().join(".").join(own)]);
        assert!(folder.path().join(own).exists());
        remove(&path, vec![own.into()], None, &[]);
        assert!(!folder.path().join(own).exists());
    }
}
