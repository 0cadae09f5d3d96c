// The page of a parameterized surface: the surface and its layout under one pattern, and what is told of their triangles.

import { chartsOf } from './decode.js';
import { labels, number, rgb } from './colors.js';
import { byId, keyed, listen, ready, run } from './ui.js';
import { View } from './view.js';

/** Triangles in a list of the worst. */
const LISTED = 20;
/** Pixels of the rings around the worst triangles and the chosen one. */
const RING = 15;
const CHOSEN = 34;

const TITLES = {
    pattern: 'pattern of the layout; colours are places',
    area: 'area in the plane over area wanted',
    stretch: 'ratio of singular values',
    angle: 'largest angle error, degrees',
    chart: 'charts',
};

/** Starts the page: reads its data, draws, listens. */
export const charts = () => run(chartsOf, start);

/** Share of the colour scale, from 0 to 1, of each kind of figure. */
const positions = (scales) => ({
    area: (v) => 0.5 + (0.5 * Math.log(v)) / Math.log(scales.area),
    stretch: (v) => Math.log(v) / Math.log(scales.stretch),
    angle: (v) => v / scales.angle,
});

function start(page, data) {
    const { pattern } = page;
    const canvases = [byId('surface'), byId('layout')];
    const dark = pattern.dark.map(rgb);
    const flat = { flat: true, direction: [0, 0, 1], up: [0, 1, 0], center: [0, 0, 0], scale: 1, room: [1, 1], side: 2 / Math.sqrt(data.cells), reach: 1.5, dark };
    const views = [
        new View(canvases[0], data.surface, { ...page.view, center: [0, 0, 0], dark, reach: 1.1 }),
        new View(canvases[1], data.layout, flat),
    ];
    const both = (act) => views.forEach(act);
    const frames = [0, 0];
    views.forEach((view, k) => {
        view.onframe = (n) => {
            frames[k] = n;
            document.documentElement.dataset.frames = frames[0] + frames[1];
        };
    });
    const wrong = [...page.flipped, ...page.flat];
    const state = { hovered: null, chosen: null, list: [] };

    // Colours.
    const select = byId('color');
    const values = { area: data.ratio, stretch: data.stretch, angle: data.angle };
    const place = positions(page.scales);
    function colors(what) {
        const list = new Uint8Array(4 * data.cells).fill(255);
        const ramp = (what === 'area' ? page.diverging : page.ramp).map(rgb);
        const palette = page.palette.map(rgb);
        const light = rgb(pattern.light);
        for (let i = 0; i < data.cells; i++) {
            let color = light;
            if (what === 'chart') color = palette[data.chart[i] % palette.length];
            else if (values[what]) {
                const t = place[what](values[what][i]);
                color = ramp[Math.max(0, Math.min(ramp.length - 1, Math.floor((Number.isNaN(t) ? 1 : t) * ramp.length)))];
            }
            list.set(color, 4 * i);
        }
        // What is wrong has one colour whatever is shown, without a pattern.
        for (const i of wrong) list.set([...rgb(pattern.wrong), 0], 4 * i);
        return list;
    }
    function paint() {
        const what = select.value;
        const list = colors(what);
        both((view) => view.paint(list));
        const squares = byId('show-checker').checked ? Number(byId('squares').value) : 0;
        both((view) => view.checker(squares, what === 'pattern'));
        const scale = { area: [1 / page.scales.area, 1, page.scales.area], stretch: [1, Math.sqrt(page.scales.stretch), page.scales.stretch], angle: [0, page.scales.angle / 2, page.scales.angle] }[what];
        byId('legend-title').textContent = TITLES[what];
        byId('legend-bar').hidden = byId('legend-ticks').hidden = !scale;
        if (scale) {
            byId('legend-bar').style.background = `linear-gradient(to right, ${(what === 'area' ? page.diverging : page.ramp).join(',')})`;
            const text = (t) => Object.assign(document.createElement('span'), { textContent: t });
            byId('legend-ticks').replaceChildren(...labels(scale).map(text));
        }
    }
    select.addEventListener('change', paint);
    byId('squares').value = pattern.squares;
    byId('squares').addEventListener('input', paint);
    byId('show-checker').addEventListener('change', paint);

    // Edges and marks.
    const show = () => both((view) => view.show({ walls: byId('show-edges').checked, marks: byId('show-marks').checked }));
    byId('show-edges').checked = page.show.edges;
    byId('show-edges').addEventListener('change', show);
    byId('show-marks').addEventListener('change', show);

    // What is told of a triangle.
    function tell() {
        const face = state.chosen ?? state.hovered;
        const info = byId('info');
        info.hidden = face === null;
        info.dataset.how = state.chosen !== null ? 'chosen' : 'hovered';
        info.dataset.face = face === null ? '' : String(face);
        if (face === null) return;
        byId('info-title').textContent = state.chosen !== null ? 'Chosen triangle' : 'Triangle under the pointer';
        const set = (id, text) => {
            byId(id).textContent = text ?? '';
            byId(id).parentElement.hidden = text === null;
        };
        set('face-number', String(data.number[face]));
        set('face-ratio', number(data.ratio[face], 6));
        set('face-stretch', Number.isFinite(data.stretch[face]) ? number(data.stretch[face], 6) : 'flat');
        set('face-angle', `${number(data.angle[face], 6)}\u00b0`);
        set('face-chart', String(data.chart[face]));
        set('face-note', page.flipped.includes(face) ? 'flipped' : page.flat.includes(face) ? 'flat' : null);
    }
    function mark() {
        canvases.forEach((canvas) => (canvas.style.cursor = state.hovered === null ? 'grab' : 'pointer'));
        both((view) => view.highlight(state.chosen === state.hovered ? null : state.hovered, state.chosen));
        tell();
    }
    function choose(face, centered) {
        const changed = face !== state.chosen;
        state.chosen = face;
        byId('find').value = face ?? '';
        if (changed) {
            both((view) => view.ringAround('chosen', face === null ? [] : [face], [0.85, 0.3, 0.02], CHOSEN));
            for (const button of byId('worst').querySelectorAll('button')) {
                button.setAttribute('aria-pressed', String(Number(button.dataset.face) === face));
            }
        }
        if (centered && face !== null) {
            both((view) => {
                view.touched = true;
                view.center(face);
            });
        }
        show();
        mark();
    }

    // The worst, by what one likes.
    const by = byId('worst-by');
    const top = (key) => {
        const list = Array.from({ length: data.cells }, (_, i) => i);
        return list.sort((i, j) => key(j) - key(i) || i - j).slice(0, LISTED);
    };
    const ratio = (i) => (data.ratio[i] > 0 ? data.ratio[i] : Number.MIN_VALUE);
    const lists = {
        wrong: ['flipped or flat', () => wrong],
        error: ['share of the area error', () => page.worst],
        ratio: ['area ratio', () => top((i) => Math.abs(Math.log(ratio(i))))],
        stretch: ['stretch', () => top((i) => data.stretch[i])],
        angle: ['angle error', () => top((i) => data.angle[i])],
    };
    if (wrong.length === 0) delete lists.wrong;
    by.replaceChildren(...Object.entries(lists).map(([value, [text]]) => new Option(text, value)));
    function list() {
        state.list = [...lists[by.value][1]()];
        const row = (face) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.dataset.face = face;
            const stretch = Number.isFinite(data.stretch[face]) ? number(data.stretch[face]) : '\u221e';
            button.textContent = `${data.number[face]}: \u00d7${number(data.ratio[face])}, stretch ${stretch}`;
            button.addEventListener('click', () => choose(face, true));
            const item = document.createElement('li');
            item.append(button);
            return item;
        };
        byId('worst').replaceChildren(...state.list.map(row));
        both((view) => {
            view.ringAround('worst', state.list.slice(0, LISTED).filter((i) => !wrong.includes(i)), [0.75, 0.1, 0.6], RING);
            view.ringAround('wrong', wrong.slice(0, 200), rgb(pattern.wrong).map((c) => c / 255), RING);
        });
        show();
    }
    by.addEventListener('change', list);

    // A triangle by its number in the file: the first part of it.
    byId('find').addEventListener('change', (e) => {
        const k = e.target.value === '' ? -1 : data.number.indexOf(Number(e.target.value));
        choose(k < 0 ? null : k, true);
    });

    // Pointer and keys.
    const step = Math.PI / 24;
    const next = (n) => {
        if (state.list.length === 0) return;
        const at = state.list.indexOf(state.chosen);
        choose(state.list[(at < 0 && n < 0 ? n : at + n + state.list.length) % state.list.length] ?? state.list.at(-1), true);
    };
    const toggle = (id) => byId(id).click();
    const reset = () =>
        both((view) => {
            view.touched = false;
            view.reset();
        });
    views.forEach((view, k) => {
        const moved = k === 1;
        const ask = listen(canvases[k], view, {
            hover: (face) => {
                if (face === state.hovered) return;
                state.hovered = face;
                mark();
            },
            click: (face) => choose(face === state.chosen ? null : face, false),
        });
        keyed(canvases[k], view, {
            ArrowLeft: () => (moved ? view.shift(-0.08, 0) : view.turn(step, 0)),
            ArrowRight: () => (moved ? view.shift(0.08, 0) : view.turn(-step, 0)),
            ArrowUp: () => (moved ? view.shift(0, 0.08) : view.turn(0, step)),
            ArrowDown: () => (moved ? view.shift(0, -0.08) : view.turn(0, -step)),
            '+': () => view.zoom(1.2),
            '=': () => view.zoom(1.2),
            '-': () => view.zoom(1 / 1.2),
            0: reset,
            Home: reset,
            c: () => {
                select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
                paint();
            },
            k: () => toggle('show-checker'),
            e: () => toggle('show-edges'),
            m: () => toggle('show-marks'),
            n: () => next(1),
            p: () => next(-1),
            Escape: () => choose(null, false),
        }, ask);
    });
    byId('reset').addEventListener('click', reset);

    mark();
    paint();
    list();
    both((view) => view.resize());
    ready();
}
