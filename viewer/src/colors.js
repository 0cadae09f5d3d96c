// From values to colours. The colours themselves come with the page, so that pages and pictures agree.

/** `#rrggbb` as three bytes. */
export const rgb = (text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));

/**
 * The scale of some values, null if they are equal to 1e-6: logarithmic if they are positive and span a factor of more than 100
 * and `mayBeLogarithmic`.
 */
export function scaleOf(values, shown, mayBeLogarithmic) {
    let low = Infinity;
    let high = -Infinity;
    values.forEach((v, i) => {
        if (shown[i] && Number.isFinite(v)) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
    });
    if (!(high - low > 1e-6 * Math.abs(high))) return null;
    const logarithmic = mayBeLogarithmic && low > 0 && high > 100 * low;
    const position = logarithmic
        ? (v) => Math.log(v / low) / Math.log(high / low)
        : (v) => (v - low) / (high - low);
    const value = logarithmic ? (t) => low * (high / low) ** t : (t) => low + t * (high - low);
    return { low, high, logarithmic, position, value };
}

/** A number to some digits, for legends. */
export function number(v, digits = 3) {
    if (v === 0) return '0';
    const a = Math.abs(v);
    if (a < 1e-3 || a >= 1e5) return v.toExponential(digits - 1);
    const places = Math.max(0, digits - 1 - Math.floor(Math.log10(a)));
    return String(Number(v.toFixed(Math.min(places, 18))));
}

/** Numbers of one scale, to as many digits as it takes to tell them apart. */
export function labels(values) {
    for (let digits = 3; digits < 16; digits++) {
        const texts = values.map((v) => number(v, digits));
        if (texts.every((t, k) => k === 0 || t !== texts[k - 1])) return texts;
    }
    return values.map(String);
}

/**
 * Colours of all cells, four bytes each; `ramp` are the colours from the lowest to the highest value. Cells not shown, and values
 * that are not numbers, are grey.
 */
export function painted(values, shown, scale, ramp) {
    const colors = new Uint8Array(4 * values.length);
    const steps = ramp.map(rgb);
    const middle = steps[steps.length >> 1];
    values.forEach((v, i) => {
        let color = middle;
        if (scale) {
            const t = scale.position(v);
            color = Number.isFinite(t)
                ? steps[Math.max(0, Math.min(steps.length - 1, Math.floor(t * steps.length)))]
                : [190, 190, 190];
        }
        colors.set(shown[i] ? color : [190, 190, 190], 4 * i);
        colors[4 * i + 3] = 255;
    });
    return colors;
}

/** Colours by their numbers in a palette. */
export function tinted(tint, palette) {
    const colors = new Uint8Array(4 * tint.length);
    const list = palette.map(rgb);
    tint.forEach((k, i) => {
        colors.set(list[k % list.length], 4 * i);
        colors[4 * i + 3] = 255;
    });
    return colors;
}
