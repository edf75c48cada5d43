import { PilotlightError, type ContentBlock } from '@pilotlight/protocol';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepAttachment } from '../keep-attachment.ts';
import type { AgentCapabilities } from './agent-capabilities.ts';

type Resource = Extract<ContentBlock, { type: 'resource' }>['resource'];

/**
 * The prompt as this agent can take it. Every agent takes text and links; an embedded text becomes text for one that takes
 * none. What else it does not take becomes a link: to where it lies already, or to a file in the worktree.
 * @param root real path of the worktree
 * @throws PilotlightError `path_outside` when a file cannot be put there
 */
export function promptContent(
  agent: string,
  content: ContentBlock[],
  can: AgentCapabilities,
  root: string,
): ContentBlock[] {
  return content.map((block) => {
    if (block.type === 'image' || block.type === 'audio') {
      if (block.data === undefined)
        throw new PilotlightError('internal', `An attachment for ${agent} came without its data.`);
      if (can[block.type]) return block;
      const uri = block.type === 'image' ? block.uri : undefined;
      return linkTo(root, { uri, mimeType: block.mimeType, data: block.data });
    }
    if (block.type === 'resource' && !can.embeddedContext) return embedded(root, block.resource);
    return block;
  });
}

function linkTo(
  root: string,
  { uri, mimeType, data }: { uri: string | undefined; mimeType: string; data: string },
): ContentBlock {
  const address = uri !== undefined && isHere(uri) ? uri : keepAttachment(root, data, mimeType);
  const name = decodeURIComponent(address.split('/').at(-1) ?? address);
  return { type: 'resource_link', uri: address, name, mimeType };
}

/** Whether the address is of a file of this machine: what a client elsewhere sends is not. */
function isHere(uri: string): boolean {
  try {
    return uri.startsWith('file://') && existsSync(fileURLToPath(uri));
  } catch {
    return false;
  }
}

function embedded(root: string, { uri, mimeType, text, blob }: Resource): ContentBlock {
  if (text !== undefined) return { type: 'text', text: `${uri}:\n\n${text}` };
  if (blob === undefined) return { type: 'resource_link', uri, name: uri.split('/').at(-1) || uri };
  return linkTo(root, { uri, mimeType: mimeType ?? 'application/octet-stream', data: blob });
}
