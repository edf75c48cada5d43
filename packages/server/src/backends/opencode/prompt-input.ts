import type { ContentBlock, PromptInput } from '@pilotlight/protocol';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A part of a prompt as opencode takes it. */
export type InputPart =
  | { type: 'text'; text: string }
  | { type: 'file'; mime: string; url: string; filename?: string };

/** A prompt as opencode takes it: parts, or one of its slash commands. */
export type OpenCodePrompt =
  | { kind: 'parts'; parts: InputPart[] }
  | { kind: 'command'; command: string; arguments: string; parts: InputPart[] };

/** `commands`: the names of the slash commands there are. */
export function readPrompt(input: PromptInput, commands: ReadonlySet<string>): OpenCodePrompt {
  const parts = input.content.flatMap(inputParts);
  const [first, ...rest] = parts;
  const slash = first?.type === 'text' ? /^\/(\S+)(?:\s+([\s\S]*))?$/.exec(first.text.trim()) : null;
  const name = slash?.[1] ?? '';
  // A command takes files beside its arguments, and nothing else.
  if (!commands.has(name)) return { kind: 'parts', parts };
  const words = [slash?.[2] ?? '', ...rest.flatMap((part) => (part.type === 'text' ? [part.text] : []))];
  return {
    kind: 'command',
    command: name,
    arguments: words.filter(Boolean).join('\n'),
    parts: rest.filter((part) => part.type === 'file'),
  };
}

function inputParts(block: ContentBlock): InputPart[] {
  switch (block.type) {
    case 'text':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }];
    case 'image':
    case 'audio':
      return block.data === undefined ? [] : [dataPart(block.mimeType, block.data)];
    case 'resource_link':
      return [linkPart(block)];
    case 'resource': {
      const { uri, mimeType, text, blob } = block.resource;
      if (text !== undefined) return [{ type: 'text', text: `Contents of ${uri}:\n\n${text}` }];
      if (blob === undefined) return [{ type: 'text', text: uri }];
      return [dataPart(mimeType ?? 'application/octet-stream', blob, fileName(uri))];
    }
  }
}

function dataPart(mime: string, base64: string, filename?: string): InputPart {
  return { type: 'file', mime, url: `data:${mime};base64,${base64}`, ...(filename ? { filename } : {}) };
}

/** A file that is there is attached; opencode refuses the whole prompt for one that is not, so that is only named. */
function linkPart(link: Extract<ContentBlock, { type: 'resource_link' }>): InputPart {
  const path = localPath(link.uri);
  if (path === null || !existsSync(path)) return { type: 'text', text: `${link.name} (${link.uri})` };
  return { type: 'file', mime: link.mimeType ?? 'text/plain', url: link.uri, filename: link.name };
}

function localPath(uri: string): string | null {
  try {
    return uri.startsWith('file://') ? fileURLToPath(uri) : null;
  } catch {
    return null;
  }
}

function fileName(uri: string): string {
  return uri.split('/').at(-1) ?? uri;
}
