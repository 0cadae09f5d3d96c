// Cells of a diagram in a canvas: orbit, zoom, colours, walls, sites, and which cell is under a pixel.
// Knows nothing of the page around the canvas.

import {
    BufferAttribute,
    BufferGeometry,
    Color,
    DataTexture,
    Mesh,
    MOUSE,
    NearestFilter,
    PerspectiveCamera,
    Points,
    RGBAFormat,
    Scene,
    UnsignedByteType,
    Vector2,
    Vector3,
    WebGLRenderer,
    WebGLRenderTarget,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { ROW, cellMaterial, dotMaterial, markMaterial, pickMaterial, segments } from './shaders.js';

const FIELD = 30; // degrees
const NOTHING = 0xffffffff;

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
        this.faces = new Mesh(geometry, cellMaterial(this.look, defines));
        this.faces.frustumCulled = false;
        this.scene.add(this.faces);
        // The same triangles with numbers for colours.
        this.numbered = new Scene();
        this.numbered.add(new Mesh(geometry, pickMaterial(this.look)));
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
        this.sites = new Points(sites, dotMaterial(this.dotLook));
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
            const points = new Points(geometry, markMaterial(uniforms, depthTest));
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
