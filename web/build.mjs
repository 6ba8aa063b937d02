// Builds what is committed of scripts, styles and the engine: `npm ci && npm run build`.
// `npm run check` builds too, writes nothing, and fails where the committed files differ.
import { build } from "esbuild";
import { gzipSync } from "fflate";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  outdir: "out",
};

/** Returns what `kg serve` gives with its pages, by name. */
async function served() {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: {
      site: "src/site.js",
      charts: "src/charts.js",
      workbench: "src/workbench.js",
      "site-style": "src/site.css",
    },
    format: "esm",
    target: ["chrome111", "firefox115", "safari16.4"],
  });
  const files = new Map();
  for (const { path, contents } of outputFiles) {
    files.set(path.split("/").pop().replace("site-style.css", "site.css"), contents);
  }
  files.set("icon.svg", await readFile(join(here, "src/icon.svg")));
  files.set("LICENCES.txt", await licences("charts.js and workbench.js", metafile));
  return files;
}

/** Returns what `kg export --portable` puts into its page, by name. */
async function portable() {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { portable: "src/portable/main.js" },
    format: "iife",
    // what DecompressionStream needs already: the page says so to older browsers
    target: ["chrome103", "firefox113", "safari16.4"],
    logOverride: { "empty-import-meta": "silent" },
  });
  const program = outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  const engine = await readFile(join(here, "node_modules/oxigraph/web_bg.wasm"));
  return new Map([
    ["portable.js", program],
    // fflate compresses in plain JavaScript: equal bytes whatever zlib a node was built with
    ["oxigraph.wasm.gz", gzipSync(engine, { level: 9, mem: 12, mtime: 0 })],
    ["LICENCES.txt", await licences("the page", metafile)],
  ]);
}

/** Returns the licences of all packages of which anything is in a bundle, word for word. */
async function licences(bundle, { inputs }) {
  const folders = new Set();
  for (const input of Object.keys(inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) folders.add(found[1]);
  }
  const parts = [`Software bundled in ${bundle}, with its licences.\n`];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
    const own = (await readdir(join(here, folder))).find((file) => /^licen[cs]e/i.test(file));
    // a package that brings no text has it here, from its repository
    const text = await readFile(own ? join(here, folder, own) : join(here, "licences", `${name}.txt`), "utf8");
    parts.push(`${"=".repeat(78)}\n${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return parts.join("\n");
}

/** Writes the files into a folder of src/kg_builder, and removes others; with `--check` compares. */
async function deliver(folder, files) {
  const out = resolve(here, "../src/kg_builder", folder);
  const check = process.argv.includes("--check");
  const wrong = (name, why) => {
    console.error(`${folder}/${name}: ${why}; npm run build`);
    process.exitCode = 1;
  };
  if (!check) await mkdir(out, { recursive: true });
  const standing = await readdir(out).catch(() => []);
  for (const name of standing.filter((name) => !files.has(name))) {
    if (check) wrong(name, "is not built any more");
    else await rm(join(out, name));
  }
  for (const [name, content] of files) {
    const data = Buffer.from(content);
    const path = join(out, name);
    if (!check) {
      await writeFile(path, data);
      console.log(`${(data.length / 1024).toFixed(1).padStart(8)} kB  ${folder}/${name}`);
    } else if (!data.equals(await readFile(path).catch(() => Buffer.alloc(0)))) {
      wrong(name, "is not what the sources give");
    }
  }
}

await deliver("serving/assets", await served());
await deliver("pages/portable/built", await portable());
