// What the pages use: `brenier.diagram()` runs the page of a diagram; the parts serve other pages.

export { cellsOf, integers, numbers, streamsOf } from './decode.js';
export { labels, number, painted, rgb, scaleOf, tinted } from './colors.js';
export { View } from './view.js';
export { diagram } from './page.js';
