/* Bundles the canvas into one committed file. `make canvas` runs it; nothing else needs node.

   The digest in its first line is over the lock and the sources, in the order of their names: a test
   works it out again, so that nobody changes one without the other. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const to = join(here, "..", "static", "governance");
const sources = readdirSync(here).filter((name) => /\.(js|mjs|json)$/.test(name)).sort();

const digest = createHash("sha256");
for (const name of sources) digest.update(`${name}\n`).update(readFileSync(join(here, name)));

const made = await build({
    absWorkingDir: here, entryPoints: ["main.js"], bundle: true, minify: true, format: "iife", target: "es2022",
    charset: "utf8", legalComments: "eof", metafile: true, outfile: join(to, "canvas.bundle.js"),
    banner: { js: `/* Built by \`make canvas\` from governance/canvas, sources sha256 ${digest.digest("hex")}. Licences: canvas.licences.txt */` },
});

/* Of every package of which something was bundled. */
const parts = new Set(Object.keys(made.metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
const licences = [...parts].sort().map((part) => {
    const folder = join(here, "node_modules", part);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json")));
    const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
    const words = file ? readFileSync(join(folder, file), "utf8").trim() : `${license} (the package carries no text of it)`;
    return `${name} ${version} (${license})\n\n${words}\n`;
});
writeFileSync(join(to, "canvas.licences.txt"), `What canvas.bundle.js holds of others.\n\n${licences.join(`\n${"-".repeat(80)}\n\n`)}`);
