// Bundles src/index.js with what it uses of three.js into one script that defines `brenier`.
// The same sources and the same lock file give the same bytes.
import { build } from 'esbuild';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const three = JSON.parse(readFileSync(here('node_modules/three/package.json'), 'utf8'));
const licence = readFileSync(here('node_modules/three/LICENSE'), 'utf8').trim();

const result = await build({
    entryPoints: [here('src/index.js')],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'brenier',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none', // the licence is given in full instead
    write: false,
});
const head = `/*! Made by scripts/viewer.sh from viewer/src; do not edit.
Contains three.js ${three.version} (https://threejs.org):

${licence}
*/
`;
const code = result.outputFiles[0].text;
// Inside a page, this would end the script.
if (/<\/script|<!--/i.test(code)) throw new Error('the bundle contains </script or <!--');
const out = process.argv[2] ?? here('../src/plot/html/viewer.js');
writeFileSync(out, head + code);
console.log(`${out}: ${head.length + code.length} bytes`);
