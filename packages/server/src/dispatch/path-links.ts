import { imageTypeOf, type ContentBlock } from '@pilotlight/protocol';
import { closeSync, constants, openSync, fstatSync, readSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithin } from '../workspace/confine.ts';

/** Files of one prompt that are linked; what is named beyond stands in the words alone. */
const MOST_LINKS = 20;
/** Bytes by which a text is told from other files. */
const HEAD = 4096;
/** `@path`, or `@"path with spaces"`, at the beginning of a word. */
const NAMED = /(?<![^\s("'`[{])@(?:"([^"\n]+)"|([^\s"@][^\s]*))/g;
const END = /[.,;:!?)\]}'"`]+$/;

/**
 * The prompt with a link to each file of the worktree that its words name as `@path`, so that the agent has it at hand. What
 * is linked already, is not there, lies outside, or is neither a text nor an image is left to the words.
 */
export function withPathLinks(content: ContentBlock[], root: string): ContentBlock[] {
  const linked = new Set(content.flatMap((block) => (block.type === 'resource_link' ? [block.uri] : [])));
  const links: ContentBlock[] = [];
  for (const path of content.flatMap((block) => (block.type === 'text' ? pathsIn(block.text) : []))) {
    if (links.length === MOST_LINKS) break;
    const link = linkTo(root, path) ?? linkTo(root, path.replace(END, ''));
    if (link === null || linked.has(link.uri)) continue;
    linked.add(link.uri);
    links.push(link);
  }
  return links.length === 0 ? content : [...content, ...links];
}

function pathsIn(text: string): string[] {
  return text.includes('@')
    ? Array.from(text.matchAll(NAMED), ([, quoted, bare]) => quoted ?? bare ?? '')
    : [];
}

function linkTo(root: string, name: string): Extract<ContentBlock, { type: 'resource_link' }> | null {
  if (name === '' || name.includes('\0')) return null;
  try {
    const realRoot = realpathSync(root);
    const path = realpathSync(resolve(realRoot, name));
    if (!isWithin(realRoot, path)) return null;
    const { isText, mimeType, size } = lookAt(path);
    if (!isText && mimeType === null) return null;
    const uri = pathToFileURL(path).href;
    return { type: 'resource_link', uri, name, size, ...(mimeType === null ? {} : { mimeType }) };
  } catch {
    return null;
  }
}

function lookAt(path: string): { isText: boolean; mimeType: string | null; size: number } {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return { isText: false, mimeType: null, size: 0 };
    const head = Buffer.alloc(HEAD);
    const bytes = head.subarray(0, readSync(file, head, 0, HEAD, 0));
    return { isText: !bytes.includes(0), mimeType: imageTypeOf(bytes), size: stat.size };
  } finally {
    closeSync(file);
  }
}
