// What all pages share: how they start, fail, and listen to pointer and keys.

export const byId = (id) => document.getElementById(id);

/** Shows what went wrong instead of an empty page. */
function fail(message) {
    const box = byId('trouble');
    box.textContent = message;
    box.hidden = false;
    document.documentElement.dataset.state = 'failed';
}

/** Reads the data of the page and starts it. */
export async function run(read, start) {
    try {
        const page = JSON.parse(byId('page').textContent);
        const data = await read(page, byId('data').textContent);
        byId('data').remove(); // the text is not needed any more
        start(page, data);
    } catch (error) {
        const old = typeof DecompressionStream === 'undefined';
        const what = old ? 'this browser cannot unpack data' : String(error?.message ?? error);
        fail(`This picture needs WebGL 2 and a browser of 2023 or later (${what}).`);
        console.error(error);
    }
}

/** Says that the page has drawn itself. */
export function ready() {
    requestAnimationFrame(() => {
        document.documentElement.dataset.state = 'ready';
    });
}

/**
 * Calls `hover` with the cell under the pointer, null if there is none, and `click` with the one that is clicked. Returns a function that asks again what is
 * under the pointer.
 */
export function listen(canvas, view, { hover, click }) {
    let at = null;
    let asked = false;
    function ask() {
        if (asked) return;
        asked = true;
        requestAnimationFrame(() => {
            asked = false;
            if (at !== null) hover(view.pick(at.x, at.y));
        });
    }
    let pressed = null;
    canvas.addEventListener('pointerdown', (e) => {
        pressed = { x: e.clientX, y: e.clientY };
        view.touched = true;
    });
    canvas.addEventListener('pointermove', (e) => {
        at = { x: e.clientX, y: e.clientY };
        if (e.buttons === 0) ask();
    });
    canvas.addEventListener('pointerleave', () => {
        at = null;
        hover(null);
    });
    canvas.addEventListener('pointerup', (e) => {
        if (!pressed || e.button !== 0) return;
        const still = Math.hypot(e.clientX - pressed.x, e.clientY - pressed.y) < 4;
        pressed = null;
        if (still) click(view.pick(e.clientX, e.clientY));
    });
    canvas.addEventListener('wheel', () => (view.touched = true), { passive: true });
    view.controls.addEventListener('end', ask);
    return ask;
}

/** Calls the function of each key. */
export function keyed(canvas, view, keys, after) {
    canvas.addEventListener('keydown', (e) => {
        const act = e.ctrlKey || e.metaKey || e.altKey ? null : keys[e.key];
        if (!act) return;
        e.preventDefault();
        view.touched = true;
        act();
        after();
    });
}
