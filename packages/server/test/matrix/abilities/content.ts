import type { ContentBlock } from '@pilotlight/protocol';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Ability } from '../ability.ts';
import { completed, type AgentBench } from '../agent-bench.ts';
import { fails, notOffered, works } from '../cell.ts';

const PICTURE = fileURLToPath(new URL('../../../../web/public/icon-192.png', import.meta.url));

function text(tag: string): ContentBlock {
  return { type: 'text', text: `Look at it. [[text tag=${tag}]]` };
}

const image: Ability = {
  id: 'image',
  title: 'Image in a prompt',
  core: false,
  async judge(bench) {
    await bench.newChat();
    const data = readFileSync(PICTURE).toString('base64');
    const seen = await bench.turn([text('image'), { type: 'image', mimeType: 'image/png', data }]);
    if (seen.turn.error?.code === 'agent_unsupported') return notOffered(seen.turn.error.message);
    completed(seen);
    const received = seen.requests.at(-1)?.images ?? [];
    const [only] = received;
    if (only === undefined) return fails('the image did not reach its model');
    return only.bytes > 0 ? works(only.mimeType) : fails('an empty image reached its model');
  },
};

async function fileTurn(bench: AgentBench, tag: string, block: ContentBlock, trace: string) {
  const seen = await bench.turn([text(tag), block]);
  completed(seen);
  const said = seen.requests.at(-1)?.userText ?? '';
  if (said.includes(trace)) return works();
  // Some put it into a file of their own, and tell their model the path.
  const paths = said.match(/\/[\w./-]+/g) ?? [];
  if (paths.some((path) => contains(path, trace))) return works('as a file whose path it tells its model');
  return fails(`“${trace}” did not reach its model`);
}

function contains(path: string, trace: string): boolean {
  return (
    statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path, 'utf8').includes(trace)
  );
}

const file: Ability = {
  id: 'file',
  title: 'File in a prompt',
  core: false,
  async judge(bench) {
    const uri = pathToFileURL(join(await bench.desk.worktree(), 'notes.md')).href;
    const resource = { uri, mimeType: 'text/markdown', text: 'The bird is a grey heron.' };
    return await fileTurn(bench, 'file', { type: 'resource', resource }, 'grey heron');
  },
};

const link: Ability = {
  id: 'link',
  title: 'Link to a file',
  core: false,
  async judge(bench) {
    const uri = pathToFileURL(join(await bench.desk.worktree(), 'README.md')).href;
    return await fileTurn(bench, 'link', { type: 'resource_link', uri, name: 'README.md' }, 'README.md');
  },
};

export const content: readonly Ability[] = [image, file, link];
