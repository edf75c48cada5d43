/**
 * Builds the page into `dist/`, with compressed siblings for the server to send. Does nothing when `dist/` was made from
 * the very same sources, so that `npm start` may always call it.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = import.meta.dirname;
const packages = join(here, '..');
const stamp = join(here, 'dist', '.sources');
const SOURCES = [
  'web/{src,public}/**/*',
  'web/{index.html,package.json,vite.config.ts,build.ts}',
  '{protocol,client}/src/**/*.ts',
  '../package-lock.json',
];
const COMPRESSED = /\.(js|css|html|svg|webmanifest|json)$/;

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const name of globSync(SOURCES, { cwd: packages, withFileTypes: false }).toSorted()) {
    if (/\.test\.tsx?$/.test(name)) continue;
    const bytes = readFile(join(packages, name));
    if (bytes !== null) hash.update(name).update('\0').update(bytes);
  }
  return hash.digest('hex');
}

/** null for a folder */
function readFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function compress(): void {
  const folder = join(here, 'dist');
  for (const name of globSync('**/*', { cwd: folder })) {
    if (!COMPRESSED.test(name)) continue;
    const path = join(folder, name);
    const bytes = readFileSync(path);
    if (bytes.length < 1024) continue;
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
  }
}

const hash = sourcesHash();
if (readFile(stamp)?.toString() !== hash) {
  rmSync(stamp, { force: true });
  await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
  compress();
  writeFileSync(stamp, hash);
}
