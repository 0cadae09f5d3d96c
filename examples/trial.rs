use brenier::io::{read_surface, ReadLimit, write_surface, MeshData, Texture, Encoding};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let f = read_surface(a[1].as_ref(), ReadLimit::default()).unwrap();
    let uv = brenier::parameterize::trial(f.vertices.clone(), f.triangles.clone());
    let mesh = MeshData { vertices: &f.vertices, triangles: &f.triangles, texture: Some(Texture { points: &uv, corners: &f.triangles }), ..MeshData::default() };
    write_surface(a[2].as_ref(), &mesh, Encoding::Text).unwrap();
}
