import { PilotlightError } from '@pilotlight/protocol';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { confine } from '../../workspace/confine.ts';
import { asNumber, asString, type RawObject } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Bytes of a file that an agent may read through us. */
const readLimit = 16 * 1024 * 1024;

/**
 * `fs/read_text_file` inside of `root`. A file that is not there reads as empty: some agents look at a file before they
 * create it, and give up on an error.
 * @throws RpcError
 */
export async function readTextFile(root: string, params: RawObject): Promise<{ content: string }> {
  const path = await pathIn(root, params);
  const text = await failing(path, async () => {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await file.stat().then(requireFile(path));
    if (size > readLimit)
      throw new RpcError(RPC.invalidParams, `${path} has ${size} bytes; at most ${readLimit} are read`);
    return file.readFile('utf8');
  });
  return { content: cut(text ?? '', asNumber(params['line']), asNumber(params['limit'])) };
}

/**
 * `fs/write_text_file` inside of `root`; makes the folders that are missing.
 * @throws RpcError
 */
export async function writeTextFile(root: string, params: RawObject): Promise<Record<string, never>> {
  const path = await pathIn(root, params);
  const content = asString(params['content']);
  if (content === null) throw new RpcError(RPC.invalidParams, 'content must be a string');
  await failing(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    await using file = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
    await file.stat().then(requireFile(path));
    await file.truncate(0);
    await file.writeFile(content, 'utf8');
  });
  return {};
}

async function pathIn(root: string, params: RawObject): Promise<string> {
  const path = asString(params['path']);
  if (path === null || !isAbsolute(path))
    throw new RpcError(RPC.invalidParams, 'path must be an absolute path');
  try {
    return await confine(root, path);
  } catch (cause) {
    throw new RpcError(
      RPC.invalidParams,
      cause instanceof PilotlightError ? cause.message : `${path} cannot be reached`,
    );
  }
}

/** A pipe or a device would hold us up, or worse. */
function requireFile(path: string): <T extends { isFile(): boolean }>(info: T) => T {
  return (info) => {
    if (!info.isFile()) throw new RpcError(RPC.invalidParams, `${path} is not a file`);
    return info;
  };
}

/** null when the file is not there. */
async function failing<T>(path: string, use: () => Promise<T>): Promise<T | null> {
  try {
    return await use();
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new RpcError(RPC.internal, `${path}: ${code ?? 'cannot be used'}`);
  }
}

/** `line`: the first line, from 1; `limit`: how many. */
function cut(text: string, line: number | null, limit: number | null): string {
  if (line === null && limit === null) return text;
  const start = Math.max(0, (line ?? 1) - 1);
  const lines = text.split('\n');
  return lines.slice(start, limit === null ? undefined : start + Math.max(0, limit)).join('\n');
}
