//! `brenier parameterize` from outside.

use crate::{shapes, support::Folder};
use insta::assert_snapshot;

/// A hill over a square of `n` by `n` squares, with a name for each half.
fn hill(n: usize) -> String {
    let mut text = String::from("# a hill\n");
    for j in 0..=n {
        for i in 0..=n {
            let (x, y) = (i as f64 / n as f64 - 0.5, j as f64 / n as f64 - 0.5);
            text += &format!("v {x} {y} {}\n", (-12.0 * (x * x + y * y)).exp());
        }
    }
    text += "v 9 9 9\n";
    for j in 0..n {
        if j == 0 || j == n / 2 {
            text += if j == 0 { "g lower half\n" } else { "g upper half\n" };
        }
        for i in 0..n {
            let a = j * (n + 1) + i + 1;
            let (b, c, d) = (a + 1, a + n + 2, a + n + 1);
            text += &format!("f {a} {b} {c}\nf {a} {c} {d}\n");
        }
    }
    text
}

/// The lines of an .obj that begin with a word, as lists of what follows.
fn lines<'a>(text: &'a str, word: &str) -> Vec<Vec<&'a str>> {
    text.lines().filter_map(|l| l.strip_prefix(word)?.strip_prefix(' ')).map(|l| l.split(' ').collect()).collect()
}

#[test]
fn a_mesh_comes_back_with_points() {
    let f = Folder::new();
    f.write("hill.obj", hill(12));
    let run = f.expect(0, "parameterize hill.obj -o uv.obj --report r.json --plot p.svg --certify");
    assert_eq!(run.err, "");
    let out: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(out[0], @"surface    170 vertices and 288 triangles in 1 chart");
    assert_snapshot!(out[1], @"map        one to one: all 288 triangles positive, boundary simple, exactly on the numbers written");
    assert!(run.out.contains("cells      169 with the vertices' masses up to "), "{}", run.out);
    assert!(run.out.contains("note       vertex 169 has no face and was left out"), "{}", run.out);
    assert!(run.out.ends_with("written    uv.obj\nwritten    r.json\nwritten    p.svg\n"), "{}", run.out);
    // Vertices, triangles and names are those of the input.
    let (before, after) = (f.read("hill.obj"), f.read("uv.obj"));
    let numbers = |text: &str, word: &str| -> Vec<f64> {
        lines(text, word).concat().iter().map(|x| x.parse().unwrap()).collect()
    };
    assert_eq!(numbers(&before, "v"), numbers(&after, "v"));
    let first = |text: &str| -> Vec<String> {
        lines(text, "f").concat().iter().map(|c| c.split('/').next().unwrap().into()).collect()
    };
    assert_eq!(first(&before), first(&after));
    assert_eq!(lines(&after, "g"), [["lower", "half"], ["upper", "half"]]);
    let (at, half) = (after.find("g upper").unwrap(), after[..after.find("g upper").unwrap()].matches("\nf ").count());
    assert!(at > 0 && half == 144);
    assert_eq!(lines(&after, "vt").len(), 169);
    let r = f.json("r.json");
    assert_eq!(
        (r["bijective"].as_bool(), r["flipped"].as_u64(), r["triangles"].as_u64()),
        (Some(true), Some(0), Some(288))
    );
    // 48 of the vertices stay on the circle: 2.1e-2 was measured.
    assert!(r["area_error"].as_f64().unwrap() < 0.03);
    assert_eq!(r["charts"][0]["cells"]["cells"], 169);
    assert!(r["charts"][0]["cells"]["max_relative_mass_error"][1].as_f64().unwrap() < 1e-9);
    assert_eq!(r["worst"].as_array().unwrap().len(), 20);
    let picture = f.read("p.svg");
    assert!(picture.starts_with("<svg") && picture.contains("layout: one to one, area error "), "{}", &picture[..300]);
    // The same on standard output, and the points do not depend on threads.
    let json = f.expect(0, "parameterize hill.obj -o again.obj --json --threads 1").out;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["bijective"], true);
    assert!(f.read("again.obj") == after);
    assert_eq!(f.expect(0, "parameterize hill.obj -o uv.ply --quiet").out, "");
    assert!(
        String::from_utf8_lossy(&std::fs::read(f.path("uv.ply")).unwrap())
            .contains("property list uchar double texcoord\n")
    );
}

#[test]
fn pictures_and_pages() {
    let f = Folder::new();
    f.write("hill.obj", hill(6));
    f.expect(0, "parameterize hill.obj -o uv.obj --plot p.png --size 300x150 --view 30,40 --up z --html p.html");
    let png = f.read_bytes("p.png");
    let reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (300, 150));
    let page = f.read("p.html");
    assert!(page.contains("<h1>hill.obj</h1>") && page.contains("brenier.charts();"));
    assert!(page.contains("One to one: all 72 triangles positive"));
    // The same bits for any number of threads, and under the flag's older name.
    f.expect(
        0,
        "parameterize hill.obj -o a.obj --plot q.png --size 300x150 --view 30,40 --up z --html q.html --threads 1",
    );
    assert!(f.read_bytes("q.png") == f.read_bytes("p.png") && f.read("q.html") == page);
    // A picture is not made over what was written before it.
    let again = f.run("parameterize hill.obj -o same.png --plot same.png");
    assert_eq!(again.code, 2, "{}", again.err);
}

/// `--remesh`: the same vertices, as many triangles, but those dual to transport's cells; what is
/// proved is proved of these.
#[test]
fn other_triangles_are_written() {
    let f = Folder::new();
    f.write("hill.obj", hill(12));
    let run = f.expect(0, "parameterize hill.obj -o uv.obj --remesh --report r.json --plot p.svg");
    let out: Vec<&str> = run.out.lines().collect();
    assert_snapshot!(out[1], @"map        one to one: all 288 triangles positive, boundary simple, exactly on the numbers written");
    assert!(out[4].starts_with("remeshed   ") && out[4].contains(" of 408 edges inside kept, "), "{}", out[4]);
    let after = f.read("uv.obj");
    let faces = |text: &str| -> Vec<Vec<u32>> {
        let corner = |c: &&str| c.split('/').next().unwrap().parse().unwrap();
        lines(text, "f").iter().map(|t| t.iter().map(corner).collect()).collect()
    };
    let (old, new) = (faces(&f.read("hill.obj")), faces(&after));
    let same = old.iter().zip(&new).filter(|(a, b)| a == b).count();
    let r = f.json("r.json");
    let row = &r["charts"][0]["remeshed"];
    assert_eq!((new.len(), Some(same as u64)), (288, row["kept_triangles"].as_u64()));
    assert!(same < 288 && same > 0);
    assert_eq!(lines(&f.read("hill.obj"), "v").concat().len(), lines(&after, "v").concat().len());
    assert_eq!((r["bijective"].as_bool(), row["flat_in_space"].as_u64()), (Some(true), Some(0)));
    // Orientations of the triangles as they stand in the file, by the points as they stand there.
    let points: Vec<Vec<f64>> =
        lines(&after, "vt").iter().map(|p| p.iter().map(|x| x.parse().unwrap()).collect()).collect();
    for t in lines(&after, "f") {
        let [a, b, c] = [0, 1, 2].map(|k| &points[t[k].split('/').nth(1).unwrap().parse::<usize>().unwrap() - 1]);
        assert!((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0);
    }
    f.expect(0, "parameterize hill.obj -o again.obj --remesh --threads 1 --quiet");
    assert!(f.read("again.obj") == after);
    // Written as .ply and .glb, and with a cut, a free boundary and painted densities.
    f.write("seams.csv", "78,79\n79,80\n80,81\n");
    f.write("density.txt", (0..288).map(|k| format!("{}\n", 1 + k % 2)).collect::<String>());
    f.expect(0, "parameterize hill.obj -o a.ply --remesh --boundary square --seams seams.csv --quiet");
    f.expect(0, "parameterize hill.obj -o a.glb --remesh --boundary free --density density.txt --quiet");
    // Laid flat again as it was written, nothing has to be repaired.
    let again = f.expect(0, "parameterize uv.obj -o b.obj --json").out;
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!((again["bijective"].as_bool(), again["triangles"].as_u64()), (Some(true), Some(288)));
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/meshes");
    for name in ["disk_hemisphere", "disk_hand"] {
        let Ok(bytes) = std::fs::read(shared.join(format!("{name}.obj"))) else { continue };
        f.write("mesh.obj", bytes);
        f.expect(0, "parameterize mesh.obj -o uv.obj --remesh --report r.json --quiet");
        assert!(f.json("r.json")["area_error"].as_f64().unwrap() < 0.02, "{name}");
    }
}

#[test]
fn files_steer_it() {
    let f = Folder::new();
    f.write("hill.obj", hill(8));
    f.write("corners.csv", "0,0\n2,0\n1,1.5\n");
    f.write("seams.csv", "36,37\n37,38\n");
    f.write("marks.csv", "40,0.6,0.5\n");
    f.write("density.txt", (0..82).map(|k| format!("{}\n", 1 + k % 2)).collect::<String>());
    f.expect(0, "parameterize hill.obj -o a.obj --boundary corners.csv");
    f.expect(0, "parameterize hill.obj -o a.obj --boundary square");
    f.expect(0, "parameterize hill.obj -o a.obj --boundary free --area-weight 10");
    f.expect(0, "parameterize hill.obj -o a.obj --seams seams.csv");
    // Of 81 vertices in triangles the seam doubles two: the one on the boundary and the one in its
    // middle.
    assert_eq!(lines(&f.read("a.obj"), "vt").len(), 83);
    f.expect(0, "parameterize hill.obj -o a.obj --landmarks marks.csv --landmark-weight 1000");
    f.expect(0, "parameterize hill.obj -o a.obj --density density.txt --merge");
}

#[test]
fn refusals() {
    let f = Folder::new();
    f.write("hill.obj", hill(4));
    f.write("one.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nv 0 1 1\nf 1 2 3\nf 1 2 4\nf 1 2 5\n");
    f.write("seams.csv", "0,24\n");
    f.write("far.csv", "0,99\n");
    f.write("density.txt", "1\n2\n");
    let error = |code: i32, args: &str| f.expect(code, args).err;
    assert_snapshot!(error(2, "parameterize hill.obj -o a.stl"), @"error: a.stl: such a file has no place for points of the plane; write .obj, .ply, .glb or .gltf");
    assert_snapshot!(error(2, "parameterize hill.obj -o hill.obj"), @"error: hill.obj: is an input and would be overwritten; give the output another name");
    assert_snapshot!(error(2, "parameterize hill.obj -o a.obj --plot p.html"), @"error: p.html: pictures are .png, .svg or .pdf; pages are made with --html");
    assert_snapshot!(error(2, "parameterize hill.obj -o a.obj --html p.png"), @"error: p.png: pages are .html; pictures are made with --plot");
    assert_snapshot!(error(2, "parameterize hill.obj -o a.obj --plot p.svg --size 9x9"), @"error: p.svg: --size is for .png; leave it out");
    assert_snapshot!(error(2, "parameterize hill.obj -o a.obj --view 1,2"), @"error: --view and --up are of pictures and pages; name one with --plot or --html");
    assert_snapshot!(error(2, "parameterize hill.obj -o a.obj --html a.obj"), @"error: a.obj: pages are .html; pictures are made with --plot");
    assert_snapshot!(error(3, "parameterize hill.obj -o a.obj --seams seams.csv"), @"error: hill.obj: seam (0, 24) is no edge of the mesh; name two vertices of a triangle");
    assert_snapshot!(error(3, "parameterize hill.obj -o a.obj --seams far.csv"), @"error: far.csv: row 1: 99 names no vertex; there are 26, counted from 0");
    assert_snapshot!(error(3, "parameterize hill.obj -o a.obj --density density.txt"), @"error: density.txt: 2 densities; give one for each of 26 vertices or 32 triangles");
    assert_eq!(f.expect(5, "parameterize none.obj -o a.obj").code, 5);
    assert!(!f.names().contains(&"a.obj".to_string()));
    // An edge with three faces is cut open, which is said.
    let run = f.expect(0, "parameterize one.obj -o a.obj");
    assert!(run.err.contains("doubled to cut the surface"), "{}", run.err);
}

/// Meshes with faults, where they are at hand: what is repaired is laid flat one to one, what
/// cannot be is refused by the name of the element. Three large ones, which take minutes, are left
/// out.
#[test]
fn faulty_meshes_are_laid_flat_or_refused_by_name() {
    const REFUSED: [(&str, &str); 3] = [
        (
            "moebius",
            "surface is one-sided: going around, faces 167 and 384 orient edge (217, 219) alike; cut it open there",
        ),
        ("spot_nan", "line 2: v 2 is NaN; every coordinate must be finite"),
        (
            "xatlas_zero_area_face",
            "surface has zero area; at least one triangle must have corners that are not on one line",
        ),
    ];
    const REPAIRED: [&str; 15] = [
        "inverted_triangles",
        "spot_60_flipped_faces",
        "spot_collinear_triangles",
        "spot_dup_faces_nonmanifold",
        "spot_isolated_vertices",
        "spot_scale1e-12",
        "spot_shift1e7",
        "spot_triangle_soup",
        "spot_zero_length_edge",
        "teapot",
        "triple_vierbein",
        "xatlas_degenerate_edge",
        "xatlas_double_sided",
        "xatlas_duplicate_edge",
        "xatlas_zero_length_edge",
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = |name: &str| {
        let folders = [root.join("tests/data/meshes"), root.join("../shared/meshes/bad")];
        folders.iter().find_map(|folder| std::fs::read(folder.join(format!("{name}.obj"))).ok())
    };
    let f = Folder::new();
    let mut seen = 0;
    for (name, why) in REFUSED {
        let Some(bytes) = bytes(name) else { continue };
        f.write("bad.obj", bytes);
        let text = f.error(3, "parameterize bad.obj -o uv.obj");
        assert!(text.contains(why), "{name}: {text}");
        assert!(!f.path("uv.obj").exists(), "{name}");
        seen += 1;
    }
    for name in REPAIRED {
        let Some(bytes) = bytes(name) else { continue };
        f.write("bad.obj", bytes);
        f.expect(0, "parameterize bad.obj -o uv.obj --report r.json --quiet");
        let report = f.json("r.json");
        assert_eq!((&report["bijective"], &report["flipped"]), (&true.into(), &0.into()), "{name}");
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}

/// A square of two triangles has no free vertex in a square: there was a division by zero.
#[test]
fn a_square_of_two_triangles() {
    let f = Folder::new();
    f.write("quad.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3\nf 1 3 4\n");
    f.write("tri.obj", "v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n");
    f.write("tri.csv", "0,0\n1,0\n0,1\n");
    f.expect(0, "parameterize quad.obj -o uv.obj --boundary square");
    assert_eq!(lines(&f.read("uv.obj"), "vt").concat(), ["0.0", "0.0", "1.0", "0.0", "1.0", "1.0", "0.0", "1.0"]);
    f.expect(0, "parameterize tri.obj -o uv.obj --boundary tri.csv --certify --report r.json");
    assert_eq!(f.json("r.json")["area_error"], 0.0);
    let text = f.error(3, "parameterize tri.obj -o uv.obj --boundary square");
    assert!(text.contains("has 4 corners, but a boundary has only 3 vertices"), "{text}");
    // A corner on a straight side is none: else the edge inside would lie on the two sides that
    // meet there.
    for corners in ["0,0\n1,0\n2,0\n0,1\n", "0,0\n2,0\n1,.5\n0,1\n", "0,0\n1,0\n2,0\n2,1\n2,2\n0,2\n"] {
        f.write("line.csv", corners);
        f.expect(0, "parameterize quad.obj -o uv.obj --boundary line.csv");
    }
}

/// What a chart misses is told with what can be done; the exit code is about one to one.
#[test]
fn missed_aims_are_told() {
    let f = Folder::new();
    let cells: Vec<[i32; 3]> =
        (0..27).map(|k| [k % 3, k / 3 % 3, k / 9]).filter(|c| c.iter().filter(|x| **x == 1).count() <= 1).collect();
    let mesh = shapes::voxels(&cells, 1);
    let mut text = String::new();
    mesh.vertices.iter().for_each(|[x, y, z]| text += &format!("v {x} {y} {z}\n"));
    mesh.triangles.iter().for_each(|t| text += &format!("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1));
    f.write("frame.obj", &text);
    let run = f.expect(0, "parameterize frame.obj -o uv.obj --boundary disk --report r.json");
    assert!(run.err.starts_with("warning: frame.obj: the chart of face 0 (144 triangles) misses its areas: L1 error "));
    assert!(
        run.err.contains("of its vertices are on its boundary: let it be free (`--boundary free`), "),
        "{}",
        run.err
    );
    let r = f.json("r.json");
    let told = r["charts"][0]["warnings"].as_array().unwrap();
    assert!(r["bijective"] == true && told.len() == run.err.lines().count(), "{told:?}");
    // So it is done by default, and nothing is missed.
    assert_eq!(f.expect(0, "parameterize frame.obj -o uv.obj").err, "");
    // Angles were asked for: areas are not missed.
    let run = f.expect(0, "parameterize frame.obj -o uv.obj --boundary disk --area-weight 1e-2");
    assert!(!run.err.contains("areas"), "{}", run.err);
}

/// Pinholes stay holes, which is told; and are cut to on request.
#[test]
fn small_holes_are_told() {
    let f = Folder::new();
    let text = hill(12);
    let without = |face: &&str| !["f 15 16 29", "f 141 142 155"].contains(face);
    f.write("hill.obj", text.lines().filter(without).map(|l| format!("{l}\n")).collect::<String>());
    assert_eq!(f.read("hill.obj").matches("\nf ").count(), 286);
    let run = f.expect(0, "parameterize hill.obj -o uv.obj --report r.json");
    let told = "note       2 small holes of at most 3 edges each stayed open without a cut to the boundary";
    assert!(run.out.contains(told), "{}", run.out);
    assert!(run.out.starts_with("surface    170 vertices and 286 triangles in 1 chart\n"), "{}", run.out);
    assert_eq!(lines(&f.read("uv.obj"), "vt").len(), 169);
    let r = f.json("r.json");
    assert_eq!((&r["charts"][0]["holes"], &r["charts"][0]["disk"]), (&2.into(), &true.into()));
    let run = f.expect(0, "parameterize hill.obj -o uv.obj --fill-holes 0");
    assert!(run.out.contains("cut\n") && !run.out.contains("small hole"), "{}", run.out);
    assert!(lines(&f.read("uv.obj"), "vt").len() > 169);
    let text = f.error(2, "parameterize hill.obj -o uv.obj --fill-holes 3 --remesh");
    assert!(text.contains("'--fill-holes <N>' cannot be used with '--remesh'"), "{text}");
}

/// A time limit, or Ctrl-C: the best layout there is is written, and says what it is.
#[test]
fn what_there_is_is_written_when_it_is_stopped() {
    let f = Folder::new();
    f.write("hill.obj", hill(60));
    let run = f.run("parameterize hill.obj -o uv.obj --time-limit 1ms --report r.json");
    // On a machine that stands still for a second there may be nothing yet.
    assert_eq!(run.code, 4, "{}", run.err);
    if f.path("uv.obj").exists() {
        assert!(run.out.contains("note       time limit reached: 1 of 1 chart not finished"), "{}", run.out);
        assert!(run.err.contains("was stopped at its first embedding"), "{}", run.err);
        let r = f.json("r.json");
        assert_eq!((&r["outcome"], &r["bijective"]), (&"time limit reached".into(), &true.into()));
    } else {
        assert!(run.err.contains("before there was anything to write"), "{}", run.err);
    }
    f.expect(0, "parameterize hill.obj -o done.obj --report r.json --quiet");
    assert_eq!(f.json("r.json")["outcome"], "done");
    // The charts of an atlas so far.
    f.write("small.obj", hill(16));
    let run = f.run("parameterize small.obj -o charts.obj --max-stretch 1.05 --time-limit 1ms --report r.json");
    assert_eq!(run.code, 4, "{}", run.err);
    if f.path("charts.obj").exists() {
        assert!(run.out.contains(" so far, perhaps more than need be"), "{}", run.out);
        let r = f.json("r.json");
        assert_eq!((&r["outcome"], &r["bijective"]), (&"time limit reached".into(), &true.into()));
    } else {
        assert!(run.err.contains("before there was anything to write"), "{}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_the_layout_there_is() {
    let f = Folder::new();
    f.write("hill.obj", hill(160));
    assert!(interrupted(&f, "hill.obj --area-weight 1e7"));
    // Patches of an atlas grow without looking up, so these are fewer triangles.
    f.write("small.obj", hill(48));
    assert!(interrupted(&f, "small.obj --max-stretch 1.002"));
}

#[cfg(unix)]
fn interrupted(f: &Folder, args: &str) -> bool {
    // However fast the machine, one of the pauses hits it at work.
    [0.4, 0.2, 0.8, 0.1, 1.6, 0.05, 3.2].iter().any(|&pause| {
        let _ = std::fs::remove_file(f.path("uv.obj"));
        let mut command = f.command(&format!("parameterize -o uv.obj --report r.json {args}"));
        let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_secs_f64(pause));
        let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let out = child.wait_with_output().unwrap();
        let (code, err) = (out.status.code(), String::from_utf8(out.stderr).unwrap());
        if code == Some(130) && f.path("uv.obj").exists() {
            assert!(err.ends_with("interrupted; the best layout there was, one to one, is in uv.obj\n"), "{err}");
            let r = f.json("r.json");
            assert_eq!((&r["outcome"], &r["bijective"]), (&"interrupted".into(), &true.into()));
        }
        code == Some(130) && f.path("uv.obj").exists()
    })
}
