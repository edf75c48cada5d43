import { PilotlightError, type ContentBlock } from '@pilotlight/protocol';
import type { AgentCapabilities } from './agent-capabilities.ts';

/**
 * The prompt as this agent can take it. Every agent takes text and links; an embedded text becomes text for one that takes
 * none, an image or sound with an address becomes a link.
 * @throws PilotlightError `agent_unsupported` for what cannot be said otherwise
 */
export function promptContent(
  agent: string,
  content: ContentBlock[],
  can: AgentCapabilities,
): ContentBlock[] {
  return content.map((block) => {
    if (block.type === 'image' && !can.image) return linkOr(agent, 'images', block.uri, block.mimeType);
    if (block.type === 'audio' && !can.audio) return linkOr(agent, 'sound', undefined, block.mimeType);
    if ((block.type === 'image' || block.type === 'audio') && block.data === undefined) {
      throw new PilotlightError('internal', `An attachment for ${agent} came without its data.`);
    }
    if (block.type === 'resource' && !can.embeddedContext) return embedded(agent, block.resource);
    return block;
  });
}

function linkOr(agent: string, what: string, uri: string | undefined, mimeType: string): ContentBlock {
  if (uri !== undefined) return { type: 'resource_link', uri, name: uri.split('/').at(-1) || uri, mimeType };
  throw new PilotlightError(
    'agent_unsupported',
    `${agent} does not take ${what}. Send the prompt without it, or put the file into the worktree and name its path.`,
  );
}

function embedded(
  agent: string,
  resource: Extract<ContentBlock, { type: 'resource' }>['resource'],
): ContentBlock {
  if (resource.text !== undefined) return { type: 'text', text: `${resource.uri}:\n\n${resource.text}` };
  return linkOr(agent, 'embedded files', resource.uri, resource.mimeType ?? 'application/octet-stream');
}
