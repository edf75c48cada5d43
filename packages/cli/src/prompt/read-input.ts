import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { imageTypeOf, MAX_BODY_BYTES, MAX_IMAGE_BYTES, PilotlightError } from '@pilotlight/protocol';
import type { ContentBlock } from '@pilotlight/protocol';

/** Files up to this many bytes are sent along; larger ones are linked, and the agent reads them itself. */
const INLINE_FILE_LIMIT = 256 * 1024;
/** Bytes of a request beside the prompt. */
const ROOM = 4096;

/** The words of a prompt with its files. `-`, or nothing in a pipe, reads stdin. @throws PilotlightError `invalid_request`, `payload_too_large` */
export async function readInput(
  words: readonly string[],
  { file: files, image: images }: { file: readonly string[]; image: readonly string[] },
  cwd: string,
  example = 'pilotlight prompt "fix the tests"',
): Promise<ContentBlock[]> {
  const fromStdin =
    (words.length === 1 && words[0] === '-') || (words.length === 0 && process.stdin.isTTY !== true);
  const said = (fromStdin ? await readStdin() : words.join(' ')).trim();
  if (said === '') throw new PilotlightError('invalid_request', `say what to do, for example: ${example}`);
  const blocks = await Promise.all([
    ...images.map((image) => imageBlock(resolve(cwd, image))),
    ...files.map((file) => fileBlock(resolve(cwd, file))),
  ]);
  return fitting([{ type: 'text', text: said }, ...blocks]);
}

/** The server would refuse it only when its session was made. */
function fitting(content: ContentBlock[]): ContentBlock[] {
  const bytes = Buffer.byteLength(JSON.stringify(content));
  if (bytes <= MAX_BODY_BYTES - ROOM) return content;
  throw new PilotlightError(
    'payload_too_large',
    `the prompt has ${bytes} bytes, at most ${MAX_BODY_BYTES - ROOM} are taken; put what is large into a file and name its path`,
  );
}

async function readStdin(): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await buffer(process.stdin));
  } catch (error) {
    throw new PilotlightError('invalid_request', 'what came in on stdin is not UTF-8 text', { cause: error });
  }
}

/** What is meant to be an image: anything else is refused, instead of being sent in another way. */
async function imageBlock(path: string): Promise<ContentBlock> {
  const bytes = await read(path);
  const mimeType = imageTypeOf(bytes);
  if (mimeType === null)
    throw new PilotlightError(
      'invalid_request',
      `${path} is no png, jpeg, webp or gif image; agents take no other. Send it with --file`,
    );
  if (bytes.length > MAX_IMAGE_BYTES)
    throw new PilotlightError(
      'payload_too_large',
      `${path} has ${bytes.length} bytes, an image may have ${MAX_IMAGE_BYTES}; make it smaller, or send it with --file, which links it`,
    );
  return { type: 'image', mimeType, data: bytes.toString('base64'), uri: pathToFileURL(path).href };
}

async function fileBlock(path: string): Promise<ContentBlock> {
  const bytes = await read(path);
  const uri = pathToFileURL(path).href;
  const mimeType = imageTypeOf(bytes);
  if (mimeType !== null && bytes.length <= MAX_IMAGE_BYTES)
    return { type: 'image', mimeType, data: bytes.toString('base64'), uri };
  const content = bytes.length <= INLINE_FILE_LIMIT ? asText(bytes) : null;
  if (content !== null) return { type: 'resource', resource: { uri, text: content } };
  return { type: 'resource_link', uri, name: basename(path), size: bytes.length };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${code ?? message}`;
    throw new PilotlightError('invalid_request', why, { cause: error });
  }
}

function asText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
