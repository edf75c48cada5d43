import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MAX_PROJECT_CONFIG_BYTES,
  PilotlightError,
  PROJECT_CONFIG_FILE,
  ProjectConfig,
} from '@pilotlight/protocol';

export interface ReadProjectConfig {
  config: ProjectConfig;
  /** SHA-256 of the file, in hex */
  hash: string;
}

/**
 * Reads the `.pilotlight.json` of a folder. Only a plain file: a link could lead anywhere.
 * @returns null without one
 * @throws PilotlightError `config_invalid`, with where in the file and what is wrong
 */
export async function readProjectConfig(folder: string): Promise<ReadProjectConfig | null> {
  const path = join(folder, PROJECT_CONFIG_FILE);
  const bytes = await readPlainFile(path);
  if (bytes === null) return null;
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(path, lineOf(text, error as Error), (error as Error).message);
  }
  const parsed = ProjectConfig.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? 'the file' : `"${issue.path.join('.')}"`;
    throw invalid(path, place, issue?.message ?? 'it is not as expected');
  }
  return { config: parsed.data, hash: createHash('sha256').update(bytes).digest('hex') };
}

async function readPlainFile(path: string): Promise<Buffer | null> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP') throw invalid(path, 'the file', 'it is a link; it has to be a plain file');
    throw invalid(path, 'the file', (error as Error).message);
  }
  await using opened = file;
  const found = await opened.stat();
  if (!found.isFile()) throw invalid(path, 'the file', 'it has to be a plain file');
  if (found.size > MAX_PROJECT_CONFIG_BYTES)
    throw invalid(path, 'the file', `it has over ${MAX_PROJECT_CONFIG_BYTES} bytes`);
  return opened.readFile();
}

/** V8 says the position, or the line, or neither when the text just ends. */
function lineOf(text: string, error: Error): string {
  const position = /position (\d+)/.exec(error.message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return `line ${before.split('\n').length}`;
}

function invalid(path: string, place: string, what: string): PilotlightError {
  return new PilotlightError(
    'config_invalid',
    `${path}, ${place}: ${what}. Correct the file; until then the session works without it.`,
    { details: { path, place } },
  );
}
