// What is drawn on the graphics card: cells, their numbers, segments, dots and rings.

import {
    BufferAttribute,
    DoubleSide,
    GLSL3,
    InstancedBufferGeometry,
    InstancedInterleavedBuffer,
    InterleavedBufferAttribute,
    Mesh,
    ShaderMaterial,
} from 'three';

/** Cells in a row of the texture of colours. */
export const ROW = 2048;

const CELL_VERTEX = `
precision highp usampler2D;
in uint cell;
uniform sampler2D colors;
flat out vec4 tint;
flat out uint who;
out vec3 n;
out vec3 p;
#ifdef PATTERN
in vec2 plane;
out vec2 st;
#endif
void main() {
    who = cell;
    tint = texelFetch(colors, ivec2(int(cell) % ${ROW}, int(cell) / ${ROW}), 0);
#ifdef PATTERN
    st = plane;
#endif
    n = normalMatrix * normal;
    vec4 q = modelViewMatrix * vec4(position, 1.0);
    p = q.xyz;
    gl_Position = projectionMatrix * q;
}`;

// Two lights and the sky, in the space of the camera. The normal is that of the mesh, turned to the eye by the triangle's own.
// The checker pattern is drawn in the mean over a pixel's width: the mean of a square wave is a difference of its integral, a triangle wave. Where `tint` is
// not opaque there is none.
const CELL_FRAGMENT = `
flat in vec4 tint;
flat in uint who;
in vec3 n;
in vec3 p;
uniform bool shaded;
uniform uint hovered;
uniform uint chosen;
#ifdef PATTERN
in vec2 st;
uniform float squares;
uniform bool mixed;
uniform vec3 dark[4];
vec2 integral(vec2 x) { return 1.0 - abs(mod(x, 2.0) - 1.0); }
float light() {
    vec2 x = st * squares;
    vec2 w = max(abs(dFdx(x)) + abs(dFdy(x)), 1e-4);
    vec2 mean = (integral(x + 0.5 * w) - integral(x - 0.5 * w)) / w;
    return 0.5 + 0.5 * mean.x * mean.y;
}
#endif
out vec4 color;
void main() {
    vec3 c = tint.rgb;
#ifdef PATTERN
    if (squares > 0.0 && tint.a > 0.5) {
        vec3 other = mixed ? mix(mix(dark[0], dark[1], st.x), mix(dark[2], dark[3], st.x), st.y) : 0.72 * c;
        c = mix(other, c, light());
    }
#endif
    if (who == chosen) c = mix(c, vec3(1.0, 0.45, 0.1), 0.75);
    else if (who == hovered) c = mix(c, vec3(1.0), 0.45);
    if (shaded) {
        vec3 g = cross(dFdx(p), dFdy(p));
        if (dot(g, p) > 0.0) g = -g;
        vec3 m = length(n) > 0.1 ? normalize(n) : normalize(g);
        if (dot(m, g) < 0.0) m = -m;
        float key = max(dot(m, normalize(vec3(-0.45, 0.6, 0.75))), 0.0);
        float fill = max(dot(m, normalize(vec3(0.8, -0.1, 0.5))), 0.0);
        float sky = 0.5 + 0.5 * m.y;
        c *= 0.32 + 0.58 * key + 0.16 * fill + 0.14 * sky;
    }
    color = vec4(min(c, vec3(1.0)), 1.0);
}`;

const PICK_FRAGMENT = `
flat in vec4 tint;
flat in uint who;
in vec3 n;
in vec3 p;
out vec4 color;
void main() {
    uint k = who + 1u;
    color = vec4(float(k & 255u), float((k >> 8) & 255u), float((k >> 16) & 255u), float(k >> 24)) / 255.0;
}`;

// A segment is a strip of constant width in pixels, a little nearer to the eye than the surface it lies on.
const LINE_VERTEX = `
in vec2 corner;
in vec3 from;
in vec3 to;
uniform vec2 size;
uniform float width;
uniform float nearer;
void main() {
    vec4 a = modelViewMatrix * vec4(from, 1.0);
    vec4 b = modelViewMatrix * vec4(to, 1.0);
    vec4 ca = projectionMatrix * vec4(a.xyz * nearer, 1.0);
    vec4 cb = projectionMatrix * vec4(b.xyz * nearer, 1.0);
    vec2 d = (cb.xy / cb.w - ca.xy / ca.w) * size;
    float l = length(d);
    d = l > 0.0 ? d / l : vec2(1.0, 0.0);
    vec4 c = corner.x < 0.5 ? ca : cb;
    vec2 along = d * (corner.x - 0.5) * 0.7;
    c.xy += (along + vec2(-d.y, d.x) * corner.y) * width / size * c.w;
    gl_Position = c;
}`;

const LINE_FRAGMENT = `
uniform vec4 ink;
out vec4 color;
void main() { color = ink; }`;

const DOT_VERTEX = `
uniform float width;
void main() {
    vec4 q = modelViewMatrix * vec4(position, 1.0);
    gl_Position = projectionMatrix * vec4(q.xyz * 0.985, 1.0);
    gl_PointSize = width;
}`;

const DOT_FRAGMENT = `
out vec4 color;
void main() {
    float r = 2.0 * length(gl_PointCoord - 0.5);
    if (r > 1.0) discard;
    color = r > 0.72 ? vec4(1.0) : vec4(0.07, 0.07, 0.09, 1.0);
}`;

// A ring of constant size around something small; the part in front of the surface is opaque, what is hidden shines through.
const MARK_VERTEX = `
uniform float width;
void main() {
    vec4 q = modelViewMatrix * vec4(position, 1.0);
    gl_Position = projectionMatrix * vec4(q.xyz * 0.97, 1.0);
    gl_PointSize = width;
}`;

const MARK_FRAGMENT = `
uniform vec4 ink;
out vec4 color;
void main() {
    float r = 2.0 * length(gl_PointCoord - 0.5);
    if (r > 1.0 || r < 0.62) discard;
    color = r > 0.93 || r < 0.69 ? vec4(1.0, 1.0, 1.0, ink.a) : ink;
}`;

const material = (vertexShader, fragmentShader, uniforms, more = {}) =>
    new ShaderMaterial({ glslVersion: GLSL3, vertexShader, fragmentShader, uniforms, side: DoubleSide, ...more });

/** Cells in their colours. */
export const cellMaterial = (uniforms, defines) => material(CELL_VERTEX, CELL_FRAGMENT, uniforms, { defines });

/** Cells in colours that are their numbers. */
export const pickMaterial = (uniforms) => material(CELL_VERTEX, PICK_FRAGMENT, uniforms);

/** Sites. */
export const dotMaterial = (uniforms) => material(DOT_VERTEX, DOT_FRAGMENT, uniforms);

/** Rings around what is small. */
export const markMaterial = (uniforms, depthTest) =>
    material(MARK_VERTEX, MARK_FRAGMENT, uniforms, { transparent: true, depthTest, depthWrite: false });

/** Segments, six numbers each. */
export function segments(list, uniforms, transparent) {
    const geometry = new InstancedBufferGeometry();
    geometry.setAttribute('corner', new BufferAttribute(new Float32Array([0, -1, 1, -1, 0, 1, 1, 1]), 2));
    geometry.setIndex([0, 1, 2, 2, 1, 3]);
    const buffer = new InstancedInterleavedBuffer(list, 6);
    geometry.setAttribute('from', new InterleavedBufferAttribute(buffer, 3, 0));
    geometry.setAttribute('to', new InterleavedBufferAttribute(buffer, 3, 3));
    geometry.instanceCount = list.length / 6;
    const mesh = new Mesh(geometry, material(LINE_VERTEX, LINE_FRAGMENT, uniforms, { transparent, depthWrite: false }));
    mesh.frustumCulled = false;
    return mesh;
}
