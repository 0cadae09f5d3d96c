//! `brenier parameterize` with charts, and the files that go in and come out.

use crate::support::Folder;

/// A house with everything that an .obj has: two parts, materials, smoothing, normals, squares and
/// pentagons.
const HOUSE: &str = "\
mtllib house.mtl
o house
v 0 0 0
v 2 0 0
v 2 0 3
v 0 0 3
v 0 2 0
v 2 2 0
v 2 2 3
v 0 2 3
v 1 3 0
v 1 3 3
vt 0 0
vt 1 0
vt 1 1
vt 0 1
vt 0.5 1
vn 0 -1 0
vn 1 0 0
vn -1 0 0
vn 0 0 1
vn 0 0 -1
vn 0.5 0.5 0
vn -0.5 0.5 0
g walls
usemtl stone
s off
f 1/1/1 2/2/1 3/3/1 4/4/1
f 2/1/2 6/2/2 7/3/2 3/4/2
f 1/1/3 4/2/3 8/3/3 5/4/3
f 3/1/4 7/2/4 10/5/4 8/3/4 4/4/4
f 1/1/5 5/2/5 9/5/5 6/3/5 2/4/5
g roof
usemtl tiles
s 1
f 6/1/6 9/2/6 10/3/6 7/4/6
f 5/1/7 8/2/7 10/3/7 9/4/7
";

/// Lines that begin with one of some words.
fn lines<'a>(text: &'a str, words: &[&str]) -> Vec<&'a str> {
    text.lines().filter(|l| words.contains(&l.split(' ').next().unwrap())).collect()
}

/// Corners without their points.
fn bare(text: &str) -> Vec<String> {
    let corner = |c: &str| {
        let parts: Vec<&str> = c.split('/').collect();
        format!("{}/{}", parts[0], parts.get(2).unwrap_or(&""))
    };
    let face = |l: &str| l.split(' ').map(corner).collect::<Vec<_>>().join(" ");
    lines(text, &["f", "g", "o", "usemtl", "mtllib", "s"]).into_iter().map(face).collect()
}

#[test]
fn an_obj_comes_back_as_it_was() {
    let f = Folder::new();
    f.write("house.obj", HOUSE);
    for flags in ["", " --max-stretch 1.05 --padding 4 --texture 256", " --seams input"] {
        let run = f.expect(0, &format!("parameterize house.obj -o uv.obj{flags}"));
        assert_eq!(run.err, "", "{flags}");
        let after = f.read("uv.obj");
        assert_eq!(bare(&after), bare(HOUSE), "{flags}");
        let numbers = |text: &str, word: &str| -> Vec<f64> {
            lines(text, &[word]).iter().flat_map(|l| l.split(' ').skip(1)).map(|x| x.parse().unwrap()).collect()
        };
        for word in ["v", "vn"] {
            assert_eq!(numbers(&after, word), numbers(HOUSE, word), "{flags}");
        }
        assert!(run.out.contains("one to one: all 16 triangles positive"), "{}", run.out);
        // Every polygon has a convex or at least simple outline of the area that it has in space,
        // all in proportion: sides of 6, roofs of 3 sqrt 2, gables of 5.
        let points: Vec<[f64; 2]> = numbers(&after, "vt").as_chunks().0.to_vec();
        let shoelace = |l: &str| {
            let p: Vec<[f64; 2]> = l
                .split(' ')
                .skip(1)
                .map(|c| points[c.split('/').nth(1).unwrap().parse::<usize>().unwrap() - 1])
                .collect();
            let twice = |k: usize| {
                let (a, b) = (p[k], p[(k + 1) % p.len()]);
                a[0] * b[1] - a[1] * b[0]
            };
            (0..p.len()).map(twice).sum::<f64>() / 2.0
        };
        if !flags.is_empty() {
            let areas: Vec<f64> = lines(&after, &["f"]).into_iter().map(shoelace).collect();
            let roof = 3.0 * 2f64.sqrt();
            for (a, wanted) in areas.iter().zip([6.0, 6.0, 6.0, 5.0, 5.0, roof, roof]) {
                assert!((a / areas[0] * 6.0 / wanted - 1.0).abs() < 0.05, "{flags}: {areas:?}");
            }
        }
    }
    // Each side has points of its own, so each becomes a chart; those of the gables touch no other.
    let run = f.expect(0, "parameterize house.obj -o uv.obj --seams input --report r.json");
    assert!(run.out.contains("in 7 charts"), "{}", run.out);
}

#[test]
fn an_atlas_is_reported_and_its_seams_come_back() {
    let f = Folder::new();
    f.write("house.obj", HOUSE);
    let run =
        f.expect(0, "parameterize house.obj -o a.obj --max-stretch 1.05 --padding 4 --texture 256 --report r.json");
    let r = f.json("r.json");
    let charts = r["charts"].as_array().unwrap();
    assert!(run.out.contains(&format!("atlas      {} charts, the one of face ", charts.len())), "{}", run.out);
    assert!(run.out.contains(", 4 of 256 texels or more between them; they fill "), "{}", run.out);
    assert_eq!((r["atlas"]["max_stretch"].as_f64(), r["atlas"]["texture"].as_u64()), (Some(1.05), Some(256)));
    assert_eq!(r["area_weight"], 100.0);
    assert!(r["area_error"].as_f64().unwrap() < 1e-2 && r["stretch_50_95_99"][2].as_f64().unwrap() <= 1.05);
    assert!(charts.iter().all(|c| c["stretch_50_95_99"][2].as_f64().unwrap() <= 1.05 && c["bijective"] == true));
    // The atlas as the input's own points, from every file that holds them.
    f.expect(0, "parameterize house.obj -o a.ply --max-stretch 1.05");
    f.expect(0, "parameterize house.obj -o a.glb --max-stretch 1.05");
    f.expect(0, "parameterize house.obj -o a.gltf --max-stretch 1.05");
    for name in ["a.obj", "a.ply", "a.glb", "a.gltf"] {
        let run = f.expect(0, &format!("parameterize {name} -o b.obj --seams input --boundary free"));
        assert!(run.out.contains(&format!("in {} chart", charts.len())), "{name}: {}", run.out);
        assert_eq!(lines(&f.read("b.obj"), &["v"]).len(), 10, "{name}: vertices along seams are one");
    }
    // Too few charts are told.
    let run = f.expect(0, "parameterize house.obj -o a.obj --charts 1");
    assert!(run.err.contains("house.obj: 2 charts, 1 will not do: closed surfaces need two"), "{}", run.err);
}

/// Any viewer shows the map: normals of length one, one material, a picture that is a checker.
#[test]
fn a_glb_has_normals_and_a_checker() {
    let f = Folder::new();
    f.write("house.obj", HOUSE);
    f.expect(0, "parameterize house.obj -o a.glb --max-stretch 1.05");
    let read = gltf::Gltf::from_slice(&f.read_bytes("a.glb")).unwrap();
    let data = read.blob.as_deref().unwrap();
    let primitive = read.meshes().next().unwrap().primitives().next().unwrap();
    let floats = |semantic: gltf::Semantic| -> Vec<f32> {
        let a = primitive.get(&semantic).unwrap();
        let view = a.view().unwrap();
        let start = view.offset() + a.offset();
        let bytes = &data[start..start + a.count() * a.size()];
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    };
    let (places, normals) = (floats(gltf::Semantic::Positions), floats(gltf::Semantic::Normals));
    assert_eq!(places.len(), normals.len());
    for (p, n) in places.chunks(3).zip(normals.chunks(3)) {
        assert!((n.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
        // The house is convex: normals look away from its middle.
        let out: f32 = (0..3).map(|k| n[k] * (p[k] - [1.0, 1.5, 1.5][k])).sum();
        assert!(out > 0.0, "{p:?} {n:?}");
    }
    let texture = primitive.material().pbr_metallic_roughness().base_color_texture().unwrap();
    let gltf::image::Source::View { view, mime_type } = texture.texture().source().source() else { panic!("inside") };
    assert_eq!(mime_type, "image/png");
    let picture = &data[view.offset()..view.offset() + view.length()];
    let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    assert_eq!((info.width, info.height, info.color_type), (512, 512, png::ColorType::Rgb));
    let light = |x: usize, y: usize| rgb[3 * (512 * y + x)..][..3].iter().all(|&c| c > 230);
    for (i, j) in (0..32).flat_map(|i| (0..32).map(move |j| (i, j))) {
        assert_eq!(light(16 * i + 8, 16 * j + 8), (i + j) % 2 == 0);
    }
}

#[test]
fn wrong_flags_are_refused() {
    let f = Folder::new();
    f.write("house.obj", HOUSE);
    f.write("bare.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n");
    let error = |code: i32, args: &str| f.expect(code, args).err;
    let text = error(3, "parameterize bare.obj -o a.obj --seams input");
    assert_eq!(
        text,
        "error: bare.obj: has no points of a plane (vt, texcoord, TEXCOORD_0), so no seams; leave out --seams input\n"
    );
    for (flags, says) in [
        ("--max-stretch 1", "the largest stretch is 1; give a number above 1"),
        ("--max-stretch 1.2 --boundary square", "boundaries of its charts are free"),
        ("--charts 2 --boundary disk", "boundaries of its charts are free"),
        ("--sphere --texture 64", "cannot be used with"),
        ("--sphere --landmark-weight 3", "cannot be used with"),
        ("--charts 3 --remesh", "remeshing is for charts with a given boundary"),
        ("--charts 3 --padding 900", "take a larger texture or less padding"),
    ] {
        let text = error(2, &format!("parameterize house.obj -o a.obj {flags}"));
        assert!(text.contains(says), "{flags}: {text}");
    }
    for flags in ["--charts 0", "--padding -1", "--texture 0", "--max-stretch x"] {
        error(2, &format!("parameterize house.obj -o a.obj {flags}"));
    }
    f.write("cut.glb", &b"glTF\x02\0\0\0\x04\0\0\0"[..]);
    assert!(error(3, "parameterize cut.glb -o a.obj").contains("cut off or damaged"));
}
