// The data of a page: base64 of deflated streams, as src/plot/page.rs writes them.

/** Bytes of a base64 text. */
function bytesOf(base64) {
    const text = atob(base64.trim());
    const bytes = new Uint8Array(text.length);
    for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
    return bytes;
}

/** Inflates, without a request: the stream comes from memory. */
async function inflated(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The streams by name. `streams` lists names and lengths in bytes, in their order. */
export async function streamsOf(base64, streams) {
    const all = await inflated(bytesOf(base64));
    const found = {};
    let at = 0;
    for (const [name, length] of streams) {
        found[name] = all.subarray(at, at + length);
        at += length;
    }
    if (at !== all.length) throw new Error('the data of this page are damaged');
    return found;
}

/** Numbers from their byte planes: first the lowest bytes of all, and so on. */
export function numbers(planes, Kind) {
    const size = Kind.BYTES_PER_ELEMENT;
    const n = planes.length / size;
    const bytes = new Uint8Array(planes.length);
    for (let p = 0; p < size; p++) {
        for (let k = 0; k < n; k++) bytes[k * size + p] = planes[p * n + k];
    }
    return new Kind(bytes.buffer);
}

/** `n` unsigned integers of seven bits a byte, lowest first; the high bit says that more follow. */
export function integers(bytes, n) {
    const out = new Uint32Array(n);
    let at = 0;
    for (let k = 0; k < n; k++) {
        let value = 0;
        let shift = 0;
        let byte;
        do {
            byte = bytes[at++];
            value |= (byte & 127) << shift;
            shift += 7;
        } while (byte & 128);
        out[k] = value;
    }
    if (at !== bytes.length) throw new Error('the data of this page are damaged');
    return out;
}

/** Signed from unsigned: 0, -1, 1, -2, 2, ... */
const signed = (u) => (u >>> 1) ^ -(u & 1);

/** Unit vector of two bytes, the square unfolded from an octahedron. */
function direction(a, b, out, at) {
    let x = a / 127 - 1;
    let y = b / 127 - 1;
    const z = 1 - Math.abs(x) - Math.abs(y);
    if (z < 0) {
        const u = x;
        x = (1 - Math.abs(y)) * (u < 0 ? -1 : 1);
        y = (1 - Math.abs(u)) * (y < 0 ? -1 : 1);
    }
    const s = 127 / (Math.hypot(x, y, z) || 1);
    out[at] = Math.round(x * s);
    out[at + 1] = Math.round(y * s);
    out[at + 2] = Math.round(z * s);
}

/**
 * Polygons of a page (`start`, `owner`) and their corners (`position`, `normal`, `side`), from its streams. Positions lie in a ball of radius one around
 * the middle, at the page's scale to the true ones.
 */
export function polygonsOf(page, raw) {
    const { pieces, corners, vertices } = page.counts;
    const steps = integers(raw.position, 3 * vertices);
    const points = new Float32Array(3 * vertices);
    const normals = new Int8Array(4 * vertices);
    const last = [0, 0, 0];
    let a = 0;
    let b = 0;
    for (let v = 0; v < vertices; v++) {
        for (let k = 0; k < 3; k++) {
            last[k] += signed(steps[3 * v + k]);
            points[3 * v + k] = last[k] * page.step;
        }
        a = (a + raw.normal[2 * v]) & 255;
        b = (b + raw.normal[2 * v + 1]) & 255;
        direction(a, b, normals, 4 * v);
    }
    const counts = integers(raw.count, pieces);
    const start = new Uint32Array(pieces + 1);
    for (let p = 0; p < pieces; p++) start[p + 1] = start[p] + counts[p];
    const owner = running(integers(raw.owner, pieces), 0);
    const position = new Float32Array(3 * corners);
    const normal = new Int8Array(4 * corners);
    used(integers(raw.index, corners)).forEach((v, c) => {
        for (let k = 0; k < 3; k++) {
            position[3 * c + k] = points[3 * v + k];
            normal[4 * c + k] = normals[4 * v + k];
        }
    });
    return { start, owner, position, normal, side: raw.side };
}

/** Numbers in the order of their first use, from how far back each is from the next new one. */
export function used(back) {
    let next = 0;
    return back.map((b) => (b === 0 ? next++ : next - b));
}

/** Numbers from the differences to the one before. */
export function running(differences, first) {
    let last = first;
    return differences.map((d) => (last += signed(d)));
}

/** The cells of a page: polygons, and what is told of each cell. */
export async function cellsOf(page, base64) {
    const raw = await streamsOf(base64, page.streams);
    const optional = (name) => (raw[name] ? numbers(raw[name], Float64Array) : null);
    return {
        ...polygonsOf(page, raw),
        cells: page.counts.cells,
        mass: numbers(raw.mass, Float64Array),
        prescribed: optional('prescribed'),
        area: numbers(raw.area, Float64Array),
        distance: numbers(raw.distance, Float64Array),
        centroid: numbers(raw.centroid, Float64Array),
        site: numbers(raw.site, Float64Array),
        tint: raw.tint,
    };
}

/**
 * A parameterized surface: `surface` and `layout`, polygons that are the triangles, both with `uv` at the corners, the layout in a square from -1 to 1; and
 * what is told of each triangle.
 */
export async function chartsOf(page, base64) {
    const raw = await streamsOf(base64, page.streams);
    const { cells, corners, points } = page.counts;
    const steps = integers(raw.point, 2 * points);
    const flat = new Float32Array(2 * points);
    const last = [0, 0];
    for (let v = 0; v < points; v++) {
        for (let k = 0; k < 2; k++) {
            last[k] += signed(steps[2 * v + k]);
            flat[2 * v + k] = last[k] * page.step;
        }
    }
    const uv = new Float32Array(2 * corners);
    const position = new Float32Array(3 * corners);
    used(integers(raw.corner, corners)).forEach((v, c) => {
        for (let k = 0; k < 2; k++) {
            uv[2 * c + k] = flat[2 * v + k];
            position[3 * c + k] = 2 * flat[2 * v + k] - 1;
        }
    });
    const surface = { ...polygonsOf(page, raw), cells, uv };
    const normal = new Int8Array(4 * corners);
    for (let c = 0; c < corners; c++) normal[4 * c + 2] = 127;
    return {
        cells,
        surface,
        layout: { ...surface, position, normal },
        number: running(integers(raw.face, cells), -1),
        chart: running(integers(raw.chart, cells), -1),
        ratio: numbers(raw.ratio, Float32Array),
        stretch: numbers(raw.stretch, Float32Array),
        angle: numbers(raw.angle, Float32Array),
    };
}
