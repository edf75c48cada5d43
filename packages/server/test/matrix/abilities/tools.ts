import type { AcpToolSnapshot, ToolContent } from '@pilotlight/protocol';
import { finalText } from '@pilotlight/testkit';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ability } from '../ability.ts';
import { completed, mustSay, type AgentBench, type Seen } from '../agent-bench.ts';
import { fails, notOffered, works } from '../cell.ts';

/** A command that says three lines, one after the other. */
function steps(bench: AgentBench): Promise<Seen> {
  return bench.once('steps', () => bench.turn('Run it. [[steps ask 0.4 tag=out]]'));
}

export function toolsOf(seen: Seen): AcpToolSnapshot[] {
  return seen.parts.flatMap((part) => (part.type === 'tool_call' ? [part.toolCall] : []));
}

/** What a call shows, as text. */
function shown(content: readonly ToolContent[]): string {
  return content
    .map((item) => {
      if (item.type === 'terminal') return item.output;
      return item.type === 'content' && item.content.type === 'text' ? item.content.text : '';
    })
    .join('\n');
}

const tool: Ability = {
  id: 'tool',
  title: 'Tool call',
  core: true,
  async judge(bench) {
    const seen = await steps(bench);
    completed(seen);
    mustSay(seen, finalText('out'));
    const [call, ...others] = toolsOf(seen);
    if (call === undefined) return fails('no tool call in the transcript');
    if (others.length > 0) return fails(`one command is ${others.length + 1} tool calls in the transcript`);
    if (call.status !== 'completed') return fails(`the call ended as ${call.status}`);
    return call.title === '' ? fails('the call has no title') : works();
  },
};

const output: Ability = {
  id: 'tool_output',
  title: 'Its output',
  core: true,
  async judge(bench) {
    const [call] = toolsOf(await steps(bench));
    if (call === undefined) return fails('no tool call in the transcript');
    const text = shown(call.content);
    if (text.includes('step-3-out')) return works();
    if (JSON.stringify(call.rawOutput ?? '').includes('step-3-out'))
      return fails('it is in rawOutput only, so that nothing is shown');
    if (text !== '') return fails(`it is shown as “${text}”`);
    return notOffered('its last update of the call has no content');
  },
};

const streamed: Ability = {
  id: 'tool_streamed',
  title: 'Output while it runs',
  core: false,
  async judge(bench) {
    const { frames } = await steps(bench);
    const words = frames.map(({ event }) => (event.type === 'tool_update' ? JSON.stringify(event) : ''));
    const at = (line: string) => words.findIndex((update) => update.includes(`step-${line}-out`));
    if (at('1') >= 0 && at('1') < at('3')) return works();
    const first = frames.findIndex(({ event }) => event.type === 'tool_call');
    if (at('3') < 0) return notOffered('none of its updates has output');
    return notOffered(
      `${words.slice(first).filter(Boolean).length} updates, and the first output has all of it`,
    );
  },
};

const diff: Ability = {
  id: 'diff',
  title: 'File edit as a diff',
  core: true,
  async judge(bench) {
    const worktree = await bench.desk.worktree();
    const seen = await bench.once('write', () => bench.turn(`Write. [[write tag=diff cwd=${worktree}]]`));
    completed(seen);
    const path = join(worktree, 'written-diff.txt');
    if (!existsSync(path) || readFileSync(path, 'utf8').trim() !== 'written diff')
      return fails('the file is not there');
    const calls = toolsOf(seen);
    const found = calls.flatMap(({ content }) => content).find((item) => item.type === 'diff');
    if (found?.type === 'diff') {
      return found.newText.includes('written diff') ? works() : fails(`its diff leads to “${found.newText}”`);
    }
    const types = calls.map(({ content }) => content.map((item) => item.type).join(', ') || 'nothing');
    return notOffered(`its call of ${seen.requests[0]?.tool ?? 'a tool'} shows ${types.join('; ')}`);
  },
};

const plan: Ability = {
  id: 'plan',
  title: 'Plan',
  core: false,
  async judge(bench) {
    const seen = await bench.turn('Plan it. [[plan tag=plan]]');
    completed(seen);
    const entries = seen.parts.flatMap((part) => (part.type === 'plan' ? part.entries : []));
    if (entries.some(({ content }) => content === 'First plan')) return works();
    const request = seen.requests.at(0);
    if (request?.tool == null)
      return notOffered(`no tool for plans among those of its model: ${request?.tools.join(', ')}`);
    const calls = toolsOf(seen).map(({ title, status }) => `“${title}” (${status})`);
    return notOffered(
      `its tool ${request.tool} comes as a call and no plan: ${calls.join(', ') || 'nothing'}`,
    );
  },
};

const subAgent: Ability = {
  id: 'sub_agent',
  title: 'Sub-agent nested',
  core: false,
  async judge(bench) {
    const worktree = await bench.desk.worktree();
    await bench.newChat();
    const seen = await bench.turn(`Delegate. [[agent tag=sub cwd=${worktree}]]`);
    completed(seen);
    const request = seen.requests.at(0);
    if (request?.tool == null)
      return notOffered(`no tool for sub-agents among those of its model: ${request?.tools.join(', ')}`);
    const calls = toolsOf(seen);
    const nested = calls.filter(({ parentToolCallId }) => calls.some(({ id }) => id === parentToolCallId));
    if (nested.length > 0) return works();
    const list = calls.map(({ title, status }) => `“${title}” (${status})`).join(', ');
    return calls.length > 1
      ? fails(`its calls stand beside each other: ${list}`)
      : notOffered(`what the sub-agent does is not told: ${list || 'no call at all'}`);
  },
};

export const tools: readonly Ability[] = [tool, output, streamed, diff, plan, subAgent];
