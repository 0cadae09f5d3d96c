// The page of a diagram: its panel, its keys, and what is told of the cell under the pointer.

import { cellsOf } from './decode.js';
import { labels, painted, scaleOf, tinted } from './colors.js';
import { byId, keyed, listen, ready, run } from './ui.js';
import { View } from './view.js';

const TITLES = {
    mass: 'mass of the cell',
    area: 'area of the cell',
    distance: 'distance from centroid to site',
    cells: 'neighbours differ',
};

/** Starts the page: reads its data, draws, listens. */
export const diagram = () => run(cellsOf, start);

function start(page, cells) {
    const canvas = byId('view');
    const view = new View(canvas, cells, page.view);
    const shown = Array.from({ length: cells.cells }, (_, i) => view.isShown(i));
    const state = { hovered: null, chosen: null, color: page.color, told: undefined };
    view.onframe = (frames) => {
        document.documentElement.dataset.frames = frames;
    };

    // Colours.
    const select = byId('color');
    function paint() {
        state.color = select.value;
        const cells_ = state.color === 'cells';
        const values = cells_ ? null : cells[state.color];
        const scale = cells_ ? null : scaleOf(values, shown, state.color !== 'distance');
        view.paint(cells_ ? tinted(cells.tint, page.palette) : painted(values, shown, scale, page.ramp));
        legend(state.color, values, scale);
    }
    function legend(color, values, scale) {
        byId('legend-title').textContent = TITLES[color] + (scale?.logarithmic ? ' (logarithmic)' : '');
        byId('legend-bar').hidden = !scale;
        byId('legend-ticks').hidden = !scale;
        byId('legend-all').hidden = !!scale || !values;
        if (scale) {
            byId('legend-bar').style.background = `linear-gradient(to right, ${page.ramp.join(',')})`;
            const ticks = [0, 0.5, 1];
            const texts = labels(ticks.map(scale.value));
            byId('legend-ticks').replaceChildren(
                ...texts.map((text) => Object.assign(document.createElement('span'), { textContent: text })),
            );
        } else if (values) {
            const first = values.find((_, i) => shown[i]);
            byId('legend-all').textContent = first === undefined ? 'no cells' : `all ${first}`;
        }
    }
    select.value = page.color;
    select.addEventListener('change', paint);

    // Walls and sites.
    for (const what of ['walls', 'sites']) {
        const box = byId(`show-${what}`);
        box.checked = page.show[what];
        box.addEventListener('change', () => view.show({ [what]: box.checked }));
    }
    view.show(page.show);

    // What is told of a cell.
    const vector = (list, i) => {
        const v = list.subarray(3 * i, 3 * i + (page.view.flat ? 2 : 3));
        return Number.isNaN(v[0]) ? 'none' : `(${Array.from(v, (c) => Number(c.toPrecision(9))).join(', ')})`;
    };
    function tell() {
        const cell = state.chosen ?? state.hovered;
        const how = state.chosen !== null ? 'chosen' : 'hovered';
        if (state.told === cell && byId('info').dataset.how === how) return;
        state.told = cell;
        byId('info').hidden = cell === null;
        byId('hint').hidden = cell !== null;
        byId('info').dataset.how = how;
        byId('info').dataset.site = cell === null ? '' : String(cell);
        if (cell === null) return;
        const set = (id, text) => {
            const row = byId(id);
            row.textContent = text ?? '';
            row.parentElement.hidden = text === null;
        };
        set('cell-site', String(cell));
        set('cell-mass', String(cells.mass[cell]));
        const wanted = cells.prescribed?.[cell];
        set('cell-prescribed', wanted === undefined ? null : String(wanted));
        const off = wanted === undefined ? 0 : Math.abs(cells.mass[cell] - wanted) / wanted;
        set('cell-error', wanted === undefined ? null : off === 0 ? '0' : off.toExponential(1));
        set('cell-area', String(cells.area[cell]));
        set('cell-distance', Number.isNaN(cells.distance[cell]) ? 'none' : String(Number(cells.distance[cell].toPrecision(9))));
        set('cell-centroid', vector(cells.centroid, cell));
        set('cell-position', vector(cells.site, cell));
        set('cell-note', shown[cell] ? null : 'this site has no cell');
        byId('info-title').textContent = state.chosen !== null ? 'Chosen cell' : 'Cell under the pointer';
    }
    function mark() {
        canvas.style.cursor = state.hovered === null ? 'grab' : 'pointer';
        view.highlight(state.chosen === state.hovered ? null : state.hovered, state.chosen);
        tell();
    }
    function choose(cell) {
        state.chosen = cell;
        byId('find').value = cell ?? '';
        mark();
    }
    const ask = listen(canvas, view, {
        hover: (cell) => {
            if (cell === state.hovered) return;
            state.hovered = cell;
            mark();
        },
        click: (cell) => choose(cell === state.chosen ? null : cell),
    });

    // A site by its number.
    function turnTo(cell) {
        view.touched = true;
        view.face(cell);
    }
    byId('find').addEventListener('change', (e) => {
        const k = Number(e.target.value);
        const sound = e.target.value !== '' && Number.isInteger(k) && k >= 0 && k < cells.cells;
        choose(sound ? k : null);
        if (sound) turnTo(k);
    });
    byId('find').max = cells.cells - 1;

    // Keys.
    const step = Math.PI / 24;
    const next = (by) => {
        choose(((state.chosen ?? (by > 0 ? -1 : 0)) + by + cells.cells) % cells.cells);
        turnTo(state.chosen);
    };
    const toggle = (what) => byId(`show-${what}`).click();
    const colors = [...select.options].map((o) => o.value);
    const keys = {
        ArrowLeft: () => (page.view.flat ? view.shift(-0.08, 0) : view.turn(step, 0)),
        ArrowRight: () => (page.view.flat ? view.shift(0.08, 0) : view.turn(-step, 0)),
        ArrowUp: () => (page.view.flat ? view.shift(0, 0.08) : view.turn(0, step)),
        ArrowDown: () => (page.view.flat ? view.shift(0, -0.08) : view.turn(0, -step)),
        '+': () => view.zoom(1.2),
        '=': () => view.zoom(1.2),
        '-': () => view.zoom(1 / 1.2),
        0: () => view.reset(),
        Home: () => view.reset(),
        c: () => {
            select.value = colors[(colors.indexOf(select.value) + 1) % colors.length];
            paint();
        },
        w: () => toggle('walls'),
        s: () => toggle('sites'),
        n: () => next(1),
        p: () => next(-1),
        Escape: () => choose(null),
    };
    keyed(canvas, view, keys, ask);
    byId('reset').addEventListener('click', () => {
        view.touched = false;
        view.reset();
    });

    mark();
    paint();
    view.resize();
    ready();
}
