// Builds what `kg export --portable` puts into its page: `npm ci && npm run build`.
// `npm run check` builds too, writes nothing, and fails where the committed files differ.

import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gzipSync } from "fflate";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../src/kg_builder/pages/portable/built");

const bundled = await build({
  entryPoints: [join(here, "src/main.js")],
  bundle: true,
  minify: true,
  format: "iife",
  // what DecompressionStream needs already: the page says so to older browsers
  target: ["chrome103", "firefox113", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  logOverride: { "empty-import-meta": "silent" },
  write: false,
});
const program = bundled.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");

// fflate compresses in plain JavaScript: equal bytes whatever zlib a node was built with
const engine = readFileSync(join(here, "node_modules/oxigraph/web_bg.wasm"));
const files = {
  "portable.js": Buffer.from(program),
  "oxigraph.wasm.gz": Buffer.from(gzipSync(engine, { level: 9, mem: 12, mtime: 0 })),
  "LICENCES.txt": readFileSync(join(here, "LICENCES.txt")),
};

const check = process.argv.includes("--check");
let differing = 0;
mkdirSync(target, { recursive: true });
for (const [name, bytes] of Object.entries(files)) {
  const path = join(target, name);
  if (check) {
    const same = bytes.equals(readFileSync(path));
    console.log(`${same ? "equal    " : "DIFFERENT"} ${name} (${bytes.length} bytes)`);
    differing += same ? 0 : 1;
  } else {
    writeFileSync(path, bytes);
    console.log(`${name} ${bytes.length} bytes`);
  }
}
process.exit(differing ? 1 : 0);
