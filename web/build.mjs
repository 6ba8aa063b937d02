// Builds scripts and style into src/kg_builder/serving/assets, where they are committed.
// `node build.mjs --check` builds anew and compares: exit 1 where what is committed is not what is built.
import { build } from "esbuild";
import { readFile, readdir, mkdir, writeFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../src/kg_builder/serving/assets");
const check = process.argv.includes("--check");

const built = await build({
  absWorkingDir: here,
  entryPoints: { site: "src/site.js", charts: "src/charts.js", workbench: "src/workbench.js", "site-style": "src/site.css" },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  outdir: "out",
});
const files = new Map();
for (const file of built.outputFiles) {
  const name = file.path.split("/").pop().replace("site-style.css", "site.css");
  files.set(name, Buffer.from(file.contents));
}
files.set("icon.svg", await readFile(join(here, "src/icon.svg")));
files.set("LICENCES.txt", Buffer.from(await licences(Object.keys(built.metafile.inputs))));

/** Returns the licences of all packages of which anything is in the bundles, word for word. */
async function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) folders.add(found[1]);
  }
  const parts = ["Software bundled in charts.js and workbench.js, with its licences.\n"];
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
    const names = await readdir(join(here, folder));
    const file = names.find((name) => /^licen[cs]e/i.test(name));
    const text = file ? (await readFile(join(here, folder, file), "utf8")).trim() : `Licence: ${about.license}`;
    parts.push(`${"=".repeat(78)}\n${about.name} ${about.version} (${about.license})\n\n${text}\n`);
  }
  return parts.join("\n");
}

let wrong = 0;
if (!check) await mkdir(out, { recursive: true });
const standing = await readdir(out).catch(() => []);
for (const name of standing.filter((name) => !files.has(name))) {
  if (check) wrong = console.error(`${name}: is not built any more`) ?? 1;
  else await rm(join(out, name));
}
for (const [name, data] of files) {
  const path = join(out, name);
  if (check) {
    const old = await readFile(path).catch(() => Buffer.alloc(0));
    if (!old.equals(data)) wrong = console.error(`${name}: is not what the sources give; run npm run build`) ?? 1;
  } else {
    await writeFile(path, data);
    console.log(`${name.padEnd(16)}${(data.length / 1024).toFixed(1).padStart(8)} kB`);
  }
}
process.exitCode = wrong;
