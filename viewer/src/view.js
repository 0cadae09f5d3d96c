// Cells of a diagram in a canvas: orbit, zoom, colours, walls, sites, and which cell is under a pixel.
// Knows nothing of the page around the canvas.

import {
    BufferAttribute,
    BufferGeometry,
    Color,
    DataTexture,
    DoubleSide,
    GLSL3,
    InstancedBufferGeometry,
    InstancedInterleavedBuffer,
    InterleavedBufferAttribute,
    Mesh,
    MOUSE,
    NearestFilter,
    PerspectiveCamera,
    Points,
    RGBAFormat,
    Scene,
    ShaderMaterial,
    UnsignedByteType,
    Vector2,
    Vector3,
    WebGLRenderer,
    WebGLRenderTarget,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

/** Cells in a row of the texture of colours. */
const ROW = 2048;
const FIELD = 30; // degrees
const NOTHING = 0xffffffff;

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

/** Segments, six numbers each. */
function segments(list, uniforms, transparent) {
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

export class View {
    /**
     * @param canvas where to draw
     * @param cells as `cellsOf` gives them
     * @param options `flat` (seen from above, without light), `direction` from the middle to the eye, `up`; where cells have `uv` at their corners, the
     * colours `dark` of a checker pattern
     */
    constructor(canvas, cells, options) {
        this.canvas = canvas;
        this.cells = cells;
        this.options = options;
        this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'high-performance' });
        this.renderer.setClearColor(new Color(options.background ?? '#ffffff'), 1);
        this.scene = new Scene();
        this.camera = new PerspectiveCamera(FIELD, 1, 0.01, 100);
        this.camera.up.set(...options.up);
        this.controls = new OrbitControls(this.camera, canvas);
        this.controls.zoomToCursor = true;
        this.controls.minDistance = 0.005;
        this.controls.maxDistance = 40;
        if (options.flat) {
            this.controls.mouseButtons = { LEFT: MOUSE.PAN, MIDDLE: MOUSE.DOLLY, RIGHT: MOUSE.ROTATE };
        }
        this.controls.addEventListener('change', () => this.draw());
        this.frames = 0;
        this.build();
        this.reset();
        new ResizeObserver(() => this.resize()).observe(canvas);
        // A lost context comes back with its buffers, which three.js keeps; it only has to be drawn.
        canvas.addEventListener('webglcontextrestored', () => {
            this.drawn = null;
            this.draw();
        });
    }

    build() {
        const { cells, start, owner, position, normal, side } = this.cells;
        const corners = owner.length ? start[owner.length] : 0;
        const who = new Uint32Array(corners);
        let triangles = 0;
        for (let p = 0; p < owner.length; p++) {
            who.fill(owner[p], start[p], start[p + 1]);
            triangles += start[p + 1] - start[p] - 2;
        }
        const index = new Uint32Array(3 * triangles);
        let at = 0;
        for (let p = 0; p < owner.length; p++) {
            for (let c = start[p] + 1; c + 1 < start[p + 1]; c++) {
                index[at++] = start[p];
                index[at++] = c;
                index[at++] = c + 1;
            }
        }
        const geometry = new BufferGeometry();
        geometry.setAttribute('position', new BufferAttribute(position, 3));
        geometry.setAttribute('normal', new BufferAttribute(normal, 4, true));
        geometry.setAttribute('cell', new BufferAttribute(who, 1));
        geometry.setIndex(new BufferAttribute(index, 1));
        const { uv } = this.cells;
        const defines = uv ? { PATTERN: 1 } : {};
        if (uv) geometry.setAttribute('plane', new BufferAttribute(uv, 2));
        const rows = Math.max(1, Math.ceil(cells / ROW));
        const texture = new DataTexture(new Uint8Array(4 * ROW * rows), ROW, rows, RGBAFormat, UnsignedByteType);
        texture.minFilter = texture.magFilter = NearestFilter;
        this.colors = texture;
        this.look = {
            colors: { value: texture },
            shaded: { value: !this.options.flat },
            hovered: { value: NOTHING },
            chosen: { value: NOTHING },
            squares: { value: 0 },
            mixed: { value: true },
            dark: { value: (this.options.dark ?? []).map((c) => new Vector3(...c).divideScalar(255)) },
        };
        this.faces = new Mesh(geometry, material(CELL_VERTEX, CELL_FRAGMENT, this.look, { defines }));
        this.faces.frustumCulled = false;
        this.scene.add(this.faces);
        // The same triangles with numbers for colours.
        this.numbered = new Scene();
        this.numbered.add(new Mesh(geometry, material(CELL_VERTEX, PICK_FRAGMENT, this.look)));
        this.numbered.children[0].frustumCulled = false;
        this.numbers = new WebGLRenderTarget(1, 1);
        this.drawn = null;

        const line = (ink, nearer) => ({
            size: { value: new Vector2(1, 1) },
            width: { value: 1 },
            nearer: { value: nearer },
            ink: { value: ink },
        });
        const walls = this.sides((p, c) => side[c] === 1);
        this.wallLook = line([0.06, 0.07, 0.1, 0.8], 0.9994);
        this.walls = segments(walls, this.wallLook, true);
        const borders = this.sides((p, c) => side[c] === 3);
        this.borderLook = line([0.06, 0.07, 0.1, 1], 0.9993);
        this.borders = segments(borders, this.borderLook, false);
        this.scene.add(this.walls, this.borders);
        this.ringLook = line([0.55, 0.12, 0.02, 1], 0.999);
        this.ring = null;

        const sites = new BufferGeometry();
        const { center, scale } = this.options;
        const dots = new Float32Array(this.cells.site ? 3 * cells : 0);
        for (let k = 0; k < dots.length; k++) dots[k] = (this.cells.site[k] - center[k % 3]) * scale;
        sites.setAttribute('position', new BufferAttribute(dots, 3));
        this.dotLook = { width: { value: 6 } };
        this.sites = new Points(sites, material(DOT_VERTEX, DOT_FRAGMENT, this.dotLook));
        this.sites.frustumCulled = false;
        this.scene.add(this.sites);
    }

    /** Sides of polygons that are wanted, as segments. */
    sides(wanted, pieces = null) {
        const { start, owner, position } = this.cells;
        const list = [];
        const walk = (p) => {
            for (let c = start[p]; c < start[p + 1]; c++) {
                if (!wanted(p, c)) continue;
                const d = c + 1 < start[p + 1] ? c + 1 : start[p];
                for (let k = 0; k < 3; k++) list.push(position[3 * c + k]);
                for (let k = 0; k < 3; k++) list.push(position[3 * d + k]);
            }
        };
        if (pieces) pieces.forEach(walk);
        else for (let p = 0; p < owner.length; p++) walk(p);
        return new Float32Array(list);
    }

    /** Numbers of the polygons of a cell. */
    piecesOf(cell) {
        const { owner } = this.cells;
        if (!this.first) {
            // Counted once: polygons by their cells.
            this.first = new Uint32Array(this.cells.cells + 1);
            for (const i of owner) this.first[i + 1]++;
            for (let i = 0; i < this.cells.cells; i++) this.first[i + 1] += this.first[i];
            const next = this.first.slice();
            this.byCell = new Uint32Array(owner.length);
            owner.forEach((i, p) => (this.byCell[next[i]++] = p));
        }
        return this.byCell.subarray(this.first[cell], this.first[cell + 1]);
    }

    /** Whether a cell has a polygon at all. */
    isShown(cell) {
        return this.piecesOf(cell).length > 0;
    }

    /** Colours of the cells, four bytes each. */
    paint(colors) {
        this.colors.image.data.set(colors);
        this.colors.needsUpdate = true;
        this.draw();
    }

    /** Which cell is lit, and which is marked; null for none. */
    highlight(hovered, chosen) {
        const old = this.look.chosen.value;
        this.look.hovered.value = hovered ?? NOTHING;
        this.look.chosen.value = chosen ?? NOTHING;
        if (this.look.chosen.value !== old) {
            if (this.ring) {
                this.scene.remove(this.ring);
                this.ring.geometry.dispose();
                this.ring.material.dispose();
                this.ring = null;
            }
            if (chosen !== null) {
                const { side } = this.cells;
                const outline = this.sides((p, c) => side[c] !== 0, this.piecesOf(chosen));
                this.ring = segments(outline, this.ringLook, false);
                this.scene.add(this.ring);
            }
        }
        this.draw();
    }

    /** The checker pattern: squares along the side of the unit square, none if 0; dark ones in the colours of their place, or a darker shade. */
    checker(squares, mixed) {
        this.look.squares.value = squares;
        this.look.mixed.value = mixed;
        this.draw();
    }

    /** Middle of a cell. */
    middleOf(cell) {
        const { start, position } = this.cells;
        const middle = new Vector3();
        let n = 0;
        for (const p of this.piecesOf(cell)) {
            for (let c = start[p]; c < start[p + 1]; c++, n++) middle.add(new Vector3().fromArray(position, 3 * c));
        }
        return middle.divideScalar(Math.max(n, 1));
    }

    /** Rings around cells, in place of those of the same name; `ink` has three numbers up to 1, `width` is in pixels. */
    ringAround(name, cells, ink, width) {
        this.rings ??= {};
        for (const old of this.rings[name] ?? []) {
            this.scene.remove(old);
            old.geometry.dispose();
            old.material.dispose();
        }
        const geometry = new BufferGeometry();
        geometry.setAttribute('position', new BufferAttribute(new Float32Array(cells.flatMap((i) => this.middleOf(i).toArray())), 3));
        const ring = (alpha, depthTest) => {
            const look = { width: { value: width }, ink: { value: [...ink, alpha] }, pixels: width };
            const uniforms = { width: look.width, ink: look.ink };
            const points = new Points(geometry, material(MARK_VERTEX, MARK_FRAGMENT, uniforms, { transparent: true, depthTest, depthWrite: false }));
            points.frustumCulled = false;
            points.userData = look;
            this.scene.add(points);
            return points;
        };
        this.rings[name] = cells.length ? [ring(0.25, false), ring(1, true)] : [];
        this.draw();
    }

    /** Puts a cell into the middle, near enough to see it. */
    center(cell) {
        const middle = this.middleOf(cell);
        const { start, position } = this.cells;
        let size = 0;
        for (const p of this.piecesOf(cell)) {
            for (let c = start[p]; c < start[p + 1]; c++) {
                size = Math.max(size, middle.distanceTo(new Vector3().fromArray(position, 3 * c)));
            }
        }
        // A fortieth of the height at least, but not so near that nothing else is to be seen.
        const half = Math.tan(((FIELD / 2) * Math.PI) / 180);
        const near = Math.max((40 * size) / (2 * half), 0.06);
        const away = Math.min(this.distance(), near);
        const look = (offset) => {
            this.controls.target.copy(middle);
            this.camera.position.copy(middle).add(offset.setLength(away));
            this.controls.update();
            this.camera.updateMatrixWorld();
        };
        const now = this.camera.position.clone().sub(this.controls.target);
        const box = this.canvas.getBoundingClientRect();
        const sees = (offset) => {
            look(offset);
            return this.pick(box.left + box.width / 2, box.top + box.height / 2) === cell;
        };
        if (this.options.flat) look(now);
        else {
            // From in front, from behind if the mesh is wound that way, or as it was.
            const outward = this.outward(cell);
            const found = [outward, outward.clone().negate()].find(sees);
            if (!found) look(outward.length() > 0 ? outward : now);
        }
        this.draw();
    }

    /** Direction in which the first triangle of a cell looks. */
    outward(cell) {
        const { start, position } = this.cells;
        const [p] = this.piecesOf(cell);
        const [a, b, c] = [0, 1, 2].map((k) => new Vector3().fromArray(position, 3 * (start[p] + k)));
        return b.sub(a).cross(c.sub(a)).normalize();
    }

    show(what) {
        if ('marks' in what) {
            for (const ring of Object.values(this.rings ?? {}).flat()) ring.visible = what.marks;
        }
        if ('walls' in what) this.walls.visible = what.walls;
        if ('sites' in what) this.sites.visible = what.sites;
        this.draw();
    }

    /** The view of the beginning. */
    reset() {
        const { direction, up, flat } = this.options;
        this.controls.target.set(0, 0, 0);
        this.camera.up.set(...up);
        const aspect = Math.max(this.camera.aspect, 0.05);
        const room = flat ? this.options.room : [1, 1];
        const half = Math.tan(((FIELD / 2) * Math.PI) / 180);
        // A ball of radius one, or a rectangle, and a little air.
        const distance = flat
            ? (1.06 * Math.max(room[1], room[0] / aspect)) / half
            : 1.03 / Math.sin(Math.atan(half * Math.min(1, aspect)));
        this.camera.position.set(...direction).normalize().multiplyScalar(distance);
        this.camera.lookAt(0, 0, 0);
        this.controls.update();
        this.draw();
    }

    /** Turns the camera around the target: to the left and upwards, in radians. */
    turn(left, up) {
        const offset = this.camera.position.clone().sub(this.controls.target);
        const axis = this.camera.up.clone().normalize();
        offset.applyAxisAngle(axis, left);
        const aside = new Vector3().crossVectors(axis, offset).normalize();
        const angle = axis.angleTo(offset);
        offset.applyAxisAngle(aside, Math.min(Math.max(-up, 0.02 - angle), Math.PI - 0.02 - angle));
        this.camera.position.copy(this.controls.target).add(offset);
        this.controls.update();
        this.draw();
    }

    /** Turns a surface so that a cell is seen: its largest pieces are tried from in front, until one is not hidden. */
    face(cell) {
        if (this.options.flat) return;
        const { start, position, normal } = this.cells;
        const sides = [];
        for (const p of this.piecesOf(cell)) {
            const corner = (c) => new Vector3().fromArray(position, 3 * c);
            const middle = new Vector3();
            const outward = new Vector3();
            let area = 0;
            for (let c = start[p]; c < start[p + 1]; c++) {
                middle.add(corner(c));
                outward.add(new Vector3().fromArray(normal, 4 * c));
                if (c > start[p] + 1) {
                    const [a, b] = [c - 1, c].map((d) => corner(d).sub(corner(start[p])));
                    area += a.cross(b).length();
                }
            }
            middle.divideScalar(start[p + 1] - start[p]);
            if (outward.length() > 0) sides.push({ middle, outward: outward.normalize(), area });
        }
        sides.sort((a, b) => b.area - a.area);
        const box = this.canvas.getBoundingClientRect();
        const distance = this.distance();
        const look = ({ middle, outward }) => {
            // Meshes may be wound either way: out is away from the middle of the scene.
            const sign = outward.dot(middle) < 0 ? -1 : 1;
            this.camera.position.copy(this.controls.target).addScaledVector(outward, sign * distance);
            this.controls.update();
            this.camera.updateMatrixWorld();
        };
        // Without a graphics card a look takes long; the first is good enough then.
        const late = performance.now() + 250;
        const sees = (side) => {
            if (performance.now() > late) return false;
            look(side);
            const at = side.middle.clone().project(this.camera);
            const [x, y] = [box.left + ((at.x + 1) / 2) * box.width, box.top + ((1 - at.y) / 2) * box.height];
            return this.pick(x, y) === cell;
        };
        const found = sides.slice(0, 12).find(sees) ?? sides[0];
        if (found) look(found);
        this.draw();
    }

    /** Moves along the screen, in shares of its height. */
    shift(right, up) {
        const size = 2 * Math.tan(((FIELD / 2) * Math.PI) / 180) * this.distance();
        const x = new Vector3().setFromMatrixColumn(this.camera.matrix, 0).multiplyScalar(right * size);
        const y = new Vector3().setFromMatrixColumn(this.camera.matrix, 1).multiplyScalar(up * size);
        for (const p of [this.camera.position, this.controls.target]) p.add(x).add(y);
        this.controls.update();
        this.draw();
    }

    /** Goes nearer by a factor. */
    zoom(factor) {
        const offset = this.camera.position.clone().sub(this.controls.target);
        offset.setLength(Math.min(Math.max(offset.length() / factor, this.controls.minDistance), this.controls.maxDistance));
        this.camera.position.copy(this.controls.target).add(offset);
        this.controls.update();
        this.draw();
    }

    distance() {
        return this.camera.position.distanceTo(this.controls.target);
    }

    resize() {
        const width = this.canvas.clientWidth || 1;
        const height = this.canvas.clientHeight || 1;
        this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
        this.renderer.setSize(width, height, false);
        const before = this.camera.aspect;
        this.camera.aspect = width / height;
        this.camera.updateProjectionMatrix();
        if (this.frames === 0 || !this.touched) this.reset();
        else if (before !== this.camera.aspect) this.draw();
    }

    /** Draws before the next repaint. */
    draw() {
        if (this.pending) return;
        this.pending = true;
        requestAnimationFrame(() => {
            this.pending = false;
            this.render();
        });
    }

    /** Side of a typical cell in pixels of the screen, at the distance of the target. */
    typical() {
        const half = Math.tan(((FIELD / 2) * Math.PI) / 180);
        return (this.options.side * this.canvas.clientHeight) / (2 * half * this.distance());
    }

    aim() {
        const reach = this.options.reach ?? 1.2;
        const out = this.camera.position.length();
        this.camera.near = Math.max(out - reach, 0.002 * this.distance(), 1e-4);
        this.camera.far = out + reach;
        this.camera.updateProjectionMatrix();
        this.camera.updateMatrixWorld();
    }

    render() {
        this.aim();
        const ratio = this.renderer.getPixelRatio();
        const size = this.renderer.getDrawingBufferSize(new Vector2());
        const side = this.typical();
        const wall = Math.min(Math.max(0.045 * side, 0.25), 1.5) * ratio;
        for (const look of [this.wallLook, this.borderLook, this.ringLook]) look.size.value.copy(size);
        // Thinner than a pixel is drawn as a pixel, the fainter the thinner.
        this.wallLook.width.value = Math.max(wall, 1);
        this.wallLook.ink.value[3] = 0.8 * Math.min(1, wall);
        this.borderLook.width.value = Math.max(1.4 * ratio, 1.2 * wall);
        this.ringLook.width.value = Math.max(2.2 * ratio, 1.6 * wall);
        this.dotLook.width.value = Math.min(Math.max(0.16 * side, 1.5), 9) * ratio;
        for (const ring of Object.values(this.rings ?? {}).flat()) ring.userData.width.value = ring.userData.pixels * ratio;
        this.renderer.render(this.scene, this.camera);
        this.frames++;
        this.onframe?.(this.frames);
    }

    /** The cell at a point of the window, null if there is none. */
    pick(clientX, clientY) {
        const box = this.canvas.getBoundingClientRect();
        const x = clientX - box.left;
        const y = clientY - box.top;
        if (x < 0 || y < 0 || x >= box.width || y >= box.height) return null;
        this.aim();
        // All numbers are drawn once for a view; then a question costs one pixel.
        const { camera, numbers, drawn } = this;
        const [width, height] = [Math.max(1, Math.round(box.width)), Math.max(1, Math.round(box.height))];
        const same = drawn && numbers.width === width && numbers.height === height
            && drawn[0].equals(camera.matrixWorld) && drawn[1].equals(camera.projectionMatrix);
        if (!same) {
            numbers.setSize(width, height);
            const clear = this.renderer.getClearColor(new Color());
            this.renderer.setRenderTarget(numbers);
            this.renderer.setClearColor(0x000000, 0);
            this.renderer.clear();
            this.renderer.render(this.numbered, camera);
            this.renderer.setRenderTarget(null);
            this.renderer.setClearColor(clear, 1);
            this.drawn = [camera.matrixWorld.clone(), camera.projectionMatrix.clone()];
        }
        const bytes = new Uint8Array(4);
        const [px, py] = [Math.min(Math.floor(x), width - 1), Math.min(Math.floor(y), height - 1)];
        this.renderer.readRenderTargetPixels(numbers, px, height - 1 - py, 1, 1, bytes);
        const k = bytes[0] + 256 * (bytes[1] + 256 * (bytes[2] + 256 * bytes[3]));
        return k > 0 ? k - 1 : null;
    }
}
