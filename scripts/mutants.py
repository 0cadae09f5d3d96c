#!/usr/bin/env python3
"""Mutants: do the tests notice when a filter, a margin or a tie is wrong?

tests/mutants.txt lists small changes to the source, each with the tests that ought to notice it: programs, or some tests
of one (`lib/exact::wide`), which are quicker. All of them are
built at once into a copy of the tree under target/mutants: where the list changes `a` into `b`, the copy says
`if mutant(17) { b } else { a }`. So everything is compiled once, and each mutant is one run of its tests with
BRENIER_MUTANT=17. A mutant is killed if some test fails, or runs for much longer than without it.

    scripts/mutants.py                 all of them
    scripts/mutants.py facet finder    those whose file or text has one of these words
    scripts/mutants.py --list          the list, numbered
    scripts/mutants.py --tests=lib,filters    with these test programs only: quicker, and more survive

Exit status 1 if one survives that has no reason written beside it. Cost: one build of the tests, then seconds to a
minute a mutant.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = os.path.join(ROOT, "tests", "mutants.txt")
TREE = os.path.join(ROOT, "target", "mutants")
SLOWEST = 900.0  # seconds for one run of one test program

SWITCH = '''
/// Switched by the environment, in a copy of the source made for mutants.
#[doc(hidden)]
#[allow(missing_docs, unused)]
pub mod mutants {
    static CHOSEN: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("BRENIER_MUTANT").ok().and_then(|v| v.parse().ok()).unwrap_or(0));
    #[inline]
    pub fn is(k: u32) -> bool {
        *CHOSEN == k
    }
}
'''


def mutants():
    """Number, file, tests, occurrence, text before, old, text after, new, reason for surviving."""
    file, tests, found = None, [], []
    with open(LIST, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@"):
                file, _, tests = line[1:].partition(":")
                file, tests = file.strip(), tests.split()
                continue
            text, _, reason = line.partition("  ## ")
            text = text.replace("\\n", "\n")
            entry = re.fullmatch(r"(?:(\d+)\| )?(.*?)«(.*?)»(.*?)\s+==>\s+(.*)", text.strip(), re.DOTALL)
            if not entry or not file:
                sys.exit(f"{LIST}:{number}: not `before «old» after ==> new`: {line}")
            occurrence, before, old, after, new = entry.groups()
            found.append((len(found) + 1, file, tests, int(occurrence or 1), before, old, after, new.strip(), reason))
    return found


def switched(source, start, end, edits):
    """The source from `start` to `end` with these edits, which lie apart or within each other."""
    text, at = "", start
    while edits:
        (first, last, number, new), edits = edits[0], edits[1:]
        within = [e for e in edits if e[1] <= last]
        edits = [e for e in edits if e[1] > last]
        old = switched(source, first, last, within)
        text += source[at:first] + f"(if crate::mutants::is({number}) {{ {new} }} else {{ {old} }})"
        at = last
    return text + source[at:end]


def build_tree(wanted):
    """Copies the tree and writes the switches into it."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    keep = {"target"}
    if os.path.isdir(TREE):
        for name in os.listdir(TREE):
            if name not in keep:
                path = os.path.join(TREE, name)
                shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
    for name in files.decode().split("\0"):
        if name and os.path.isfile(os.path.join(ROOT, name)):
            to = os.path.join(TREE, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), to)
    by_file = {}
    for m in wanted:
        by_file.setdefault(m[1], []).append(m)
    for file, entries in by_file.items():
        path = os.path.join(TREE, file)
        with open(path, encoding="utf-8") as f:
            source = f.read()
        edits = []
        for number, _, _, occurrence, before, old, after, new, _ in entries:
            start = -1
            for _ in range(occurrence):
                start = source.find(before + old + after, start + 1)
            if start < 0:
                sys.exit(f"mutant {number}: {file} has no `{before}{old}{after}` (any more)")
            start += len(before)
            edits.append((start, start + len(old), number, new))
        source = switched(source, 0, len(source), sorted(edits, key=lambda e: (e[0], -e[1])))
        with open(path, "w", encoding="utf-8") as f:
            f.write(source)
    with open(os.path.join(TREE, "src", "lib.rs"), "a", encoding="utf-8") as f:
        f.write(SWITCH)
    # The switches are no style anybody should read.
    with open(os.path.join(TREE, "Cargo.toml"), "a", encoding="utf-8") as f:
        f.write("\n[lints.rust]\nunused = \"allow\"\n")


def programs(names):
    """Builds the test programs and says where they are."""
    names = sorted({n.partition("/")[0] for n in names})
    what = [a for n in names for a in (["--lib"] if n == "lib" else ["--test", n])]
    command = ["cargo", "test", "--locked", "--no-run", "--message-format=json"] + what
    built = subprocess.run(command, cwd=TREE, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("the mutants do not compile")
    found = {}
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message.get("executable") and message["profile"]["test"]:
            target = message["target"]
            found["lib" if "lib" in target["kind"] else target["name"]] = message["executable"]
    return found


def run(where, name, number, limit):
    """Seconds and whether all tests passed."""
    clock = time.time()
    name, _, some = name.partition("/")
    command = [where[name], "-q"] + ([some] if some else [])
    environment = dict(os.environ, BRENIER_MUTANT=str(number), RUST_BACKTRACE="0", INSTA_UPDATE="no")
    try:
        done = subprocess.run(
            command, cwd=TREE, env=environment, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        passed = done.returncode == 0
        if b"running 0 tests" in done.stdout:
            sys.exit(f"{name} has no tests named {some}")
    except subprocess.TimeoutExpired:
        passed = False
    return time.time() - clock, passed


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("-")]
    wanted = mutants()
    if words:
        wanted = [m for m in wanted if any(w in f"{m[1]} {m[4]}{m[5]}{m[6]}" for w in words)]
    if "--list" in sys.argv:
        for m in wanted:
            print(f"{m[0]:4} {m[1]}: {m[4]}«{m[5]}»{m[6]} ==> {m[7]}")
        return 0
    only = [a.removeprefix("--tests=").split(",") for a in sys.argv if a.startswith("--tests=")]
    if only:
        wanted = [m[:2] + ([t for t in m[2] if t in only[0]],) + m[3:] for m in wanted]
    os.makedirs(TREE, exist_ok=True)
    build_tree(wanted)
    where = programs(sorted({t for m in wanted for t in m[2]}))
    sound = {}
    for name in sorted({t for m in wanted for t in m[2]}):
        seconds, passed = run(where, name, 0, SLOWEST)
        if not passed:
            sys.exit(f"{name} fails without any mutant")
        sound[name] = seconds
        print(f"{name}: {seconds:.1f} s without mutants", flush=True)
    survivors, excused = [], []
    for m in wanted:
        killer = None
        for name in m[2]:
            _, passed = run(where, name, m[0], 60.0 + 5.0 * sound[name])
            if not passed:
                killer = name
                break
        text = f"{m[0]:4} {m[1]}: {m[4]}«{m[5]}»{m[6]} ==> {m[7]}"
        if killer:
            print(f"killed by {killer:30} {text}", flush=True)
        else:
            (excused if m[8] else survivors).append(m)
            print(f"SURVIVES {'(reason given)' if m[8] else ''} {text}", flush=True)
    print(f"{len(wanted)} mutants: {len(wanted) - len(survivors) - len(excused)} killed, "
          f"{len(excused)} survive for a reason, {len(survivors)} survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
