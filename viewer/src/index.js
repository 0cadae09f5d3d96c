// What the pages use: `brenier.diagram()` runs the page of a diagram, `brenier.charts()` that of a parameterized surface; the parts serve other pages.

export { cellsOf, chartsOf, integers, numbers, polygonsOf, running, streamsOf, used } from './decode.js';
export { labels, number, painted, rgb, scaleOf, tinted } from './colors.js';
export { View } from './view.js';
export { diagram } from './page.js';
export { charts } from './charts.js';
