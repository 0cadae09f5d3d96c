//! `--max-memory` and `--time-limit`: kept by every command, in words.

use crate::support::{Folder, csv, points, square};
use insta::assert_snapshot;
use std::io::Write;
use std::time::{Duration, Instant};

/// A .png of one grey, which packs a thousand to one.
fn even_png(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(&vec![128; (side * side) as usize]).unwrap();
    bytes
}

/// A square of `2 side^2` triangles, a little bent if it is to be a surface.
fn sheet(side: usize, bend: f64) -> String {
    let mut text = Vec::new();
    for k in 0..(side + 1) * (side + 1) {
        let [x, y] = [k % (side + 1), k / (side + 1)].map(|c| c as f64 / side as f64);
        writeln!(text, "v {x} {y} {}", bend * (x * (1.0 - x) + y * (1.0 - y))).unwrap();
    }
    for k in 0..side * side {
        let a = k / side * (side + 1) + k % side + 1;
        let (b, c, d) = (a + 1, a + side + 2, a + side + 1);
        writeln!(text, "f {a} {b} {c}\nf {a} {c} {d}").unwrap();
    }
    String::from_utf8(text).unwrap()
}

/// Peak of a run in bytes, and its exit code. Asked of the system while it runs: what `wait4` tells
/// counts the memory of the process that started it, too.
#[cfg(target_os = "linux")]
fn peak(f: &Folder, args: &str) -> (u64, i32) {
    use std::process::Stdio;
    let mut child = f.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.trim().strip_suffix("kB"));
        most = line.and_then(|kb| kb.trim().parse::<u64>().ok()).unwrap_or(0).max(most);
        if let Some(ended) = child.try_wait().unwrap() {
            return (most * 1024, ended.code().unwrap_or(-1));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// Small files that become large, and input for which commands need much: the exit code of a limit,
/// and no more memory than allowed (from 32 MiB on; the program itself takes some 9).
#[cfg(target_os = "linux")]
#[test]
fn peaks_stay_below_the_limit() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(300)));
    f.write("space.csv", "0.1,0.1,0\n0.9,0.2,0\n0.5,0.9,0.1\n");
    f.write("even.png", even_png(3000));
    f.write("bent.obj", sheet(220, 0.2));
    f.write("flat.obj", sheet(220, 0.0));
    f.write("text.json", square(&format!("\"sites\": [[0.5, 0.5]{}]", ", [1, 1]".repeat(1_000_000))));
    f.write("many.csv", csv(&points(30_000)));
    f.expect(1, "solve --domain square --points many.csv -o many.json --max-iterations 1");
    for (args, mib) in [
        ("solve --domain square --density image:even.png --points y.csv -o x.json", 64),
        ("quantize --domain square --density image:even.png -n 9 -o x.json", 64),
        ("solve text.json -o x.json", 32),
        ("parameterize bent.obj -o x.obj", 32),
        ("solve --domain bent.obj --points space.csv -o x.json", 32),
        ("solve --domain flat.obj --points y.csv -o x.json", 32),
        ("check many.json", 32),
        ("sample many.json -n 1000 -o x.npy", 32),
        ("plot many.json -o x.svg", 32),
        ("map many.json --points y.csv -o x.npy", 32),
    ] {
        let (bytes, code) = peak(&f, &format!("{args} --max-memory {mib}MiB"));
        assert_eq!(code, 4, "{args}");
        assert!(bytes <= mib << 20, "{args}: {} of {mib} MiB", bytes >> 20);
    }
    // With enough, the same is done.
    f.expect(0, "check many.json --level 3 --max-memory 256MiB");
    assert!(!f.names().iter().any(|n| n.starts_with("x.") || n.starts_with(".brenier")), "{:?}", f.names());
}

#[test]
fn what_needs_too_much_is_told() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(300)));
    f.write("even.png", even_png(3000));
    let image = "solve --domain square --density image:even.png --points y.csv -o x.json";
    assert_snapshot!(f.error(4, &format!("{image} --max-memory 64MiB")), @"even.png: needs about 137 MiB, limit 64 MiB; raise --max-memory if that is meant");
    assert!(f.error(4, &format!("{image} --max-memory 200MiB")).starts_with("y.csv: needs about "));
    f.write("text.json", square(&format!("\"sites\": [[0.5, 0.5]{}]", ", [1, 1]".repeat(1_000_000))));
    assert_snapshot!(f.error(4, "solve text.json -o x.json --max-memory 32MiB"), @"needs more memory than the limit of 32 MiB; raise --max-memory if that is meant");
}

/// A diagram that takes longer than the limit: the run ends soon after it all the same. (It would
/// take many seconds.)
#[test]
fn the_time_is_kept_in_the_middle_of_a_step() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(2000)));
    f.write("even.png", even_png(1200));
    f.write("bent.obj", sheet(300, 0.2));
    for args in [
        "solve --domain square --density image:even.png --points y.csv -o x.json",
        "quantize --domain square --density image:even.png -n 2000 -o x.json",
        "parameterize bent.obj -o x.obj",
    ] {
        let begun = Instant::now();
        let run = f.expect(4, &format!("{args} --time-limit 100ms"));
        assert!(
            run.err.contains("time limit reached") || run.out.contains("time limit reached"),
            "{args}: {}",
            run.err
        );
        // A second of grace; the rest is for machines that are busy.
        assert!(begun.elapsed() < Duration::from_secs(6), "{args}: {:?}", begun.elapsed());
        if let Some((_, resume)) = run.err.split_once("go on with ") {
            f.expect(4, &format!("{args} {} --time-limit 1ms", resume.trim()));
        }
    }
}

/// A palette that is no multiple of three bytes made the decoder panic.
#[test]
fn palettes_of_broken_colours_are_told() {
    let f = Folder::new();
    f.write("y.csv", csv(&points(3)));
    let sound = {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(vec![9u8; 6]);
        encoder.write_header().unwrap().write_image_data(&[0, 1]).unwrap();
        bytes
    };
    let at = sound.windows(4).position(|w| w == b"PLTE").unwrap();
    for length in [1usize, 2, 4, 5, 7, 8, 769] {
        let mut chunk = [b"PLTE".to_vec(), vec![9; length]].concat();
        let crc = crc32fast::hash(&chunk);
        chunk.splice(0..0, (length as u32).to_be_bytes());
        chunk.extend(crc.to_be_bytes());
        let mut file = sound.clone();
        file.splice(at - 4..at + 14, chunk);
        f.write("p.png", file);
        let told = f.error(3, "solve --domain square --density image:p.png --points y.csv -o x.json");
        assert!(told.starts_with(&format!("p.png: is no sound .png (a palette of {length} bytes")), "{told}");
    }
}

/// Sites that nobody gave cannot be what is wrong.
#[test]
fn huge_pixels_are_no_fault_of_the_sites() {
    let f = Folder::new();
    let mut npy = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    npy.extend(format!("{:<117}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }").bytes());
    npy.extend([1e308f64; 4].iter().flat_map(|v| v.to_le_bytes()));
    f.write("p.npy", npy);
    let run = f.run("quantize --domain square --density image:p.npy -n 4 -o x.json");
    assert!(!run.err.contains("sites["), "{}", run.err);
    assert!([0, 1, 3].contains(&run.code), "{} {}", run.code, run.err);
}

/// Memory that the system refuses (`ulimit -v` here) ends in words, like a limit of ours: also what
/// GMP's numbers take.
#[cfg(target_os = "linux")]
#[test]
fn memory_refused_by_the_system_is_exit_4() {
    use std::process::Command;
    let f = Folder::new();
    f.write("y.csv", csv(&points(20_000)));
    f.expect(0, "--quiet solve --domain square --points y.csv -o s.json");
    let brenier = env!("CARGO_BIN_EXE_brenier");
    let commands = [
        "solve --domain square --points y.csv -o o.json",
        "check s.json",
        "plot s.json -o o.png",
        "sample s.json -n 9 -o o.npz",
    ];
    for command in commands {
        // In kB: the program itself, not yet at work, takes some 27,000.
        let codes = [34_000, 40_000, 48_000, 60_000].map(|limit| {
            let script = format!("ulimit -v {limit}; exec '{brenier}' --threads 1 {command}");
            let output = Command::new("sh").args(["-c", &script]).current_dir(f.path("")).output().unwrap();
            let (code, err) = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
            assert!(code == Some(0) || code == Some(4), "{command} in {limit} kB: {code:?} {err}");
            // Threads are refused first where their stacks do not fit any more.
            let told = err.starts_with("error: ") && err.contains("ulimit -v)");
            assert!(code == Some(0) || told, "{command} in {limit} kB: {err}");
            code
        });
        assert_eq!(codes[0], Some(4), "{command}: the least limit should be too little");
    }
}
