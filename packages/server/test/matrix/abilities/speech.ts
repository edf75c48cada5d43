import { finalText } from '@pilotlight/testkit';
import { textOf } from '../../real-agent-desk.ts';
import type { Ability } from '../ability.ts';
import { completed, mustSay, type AgentBench, type Seen } from '../agent-bench.ts';
import { fails, notOffered, works } from '../cell.ts';

function first(bench: AgentBench): Promise<Seen> {
  return bench.once('first', () => bench.turn('Hello. [[text tag=first]]'));
}

const start: Ability = {
  id: 'start',
  title: 'Start',
  core: true,
  async judge(bench) {
    const seen = await first(bench);
    completed(seen);
    return seen.turn.continuity === 'fresh' ? works() : fails(`it began as ${seen.turn.continuity}`);
  },
};

const text: Ability = {
  id: 'text',
  title: 'Text',
  core: true,
  async judge(bench) {
    const seen = await first(bench);
    completed(seen);
    mustSay(seen, finalText('first'));
    return works();
  },
};

const reasoning: Ability = {
  id: 'reasoning',
  title: 'Reasoning',
  core: true,
  async judge(bench) {
    const { parts } = await first(bench);
    const thought = textOf([...parts], 'reasoning');
    if (thought === '') return notOffered('no thought among its updates');
    // One of them sets its thoughts in paragraphs.
    return /Thinking[\s*]+it over\./.test(thought) ? works() : fails(`it thought “${thought}”`);
  },
};

const usage: Ability = {
  id: 'usage',
  title: 'Usage',
  core: false,
  async judge(bench) {
    const { turn } = await first(bench);
    const { inputTokens = 0, outputTokens = 0, cost } = turn.usage ?? {};
    if (inputTokens > 0 && outputTokens > 0) return works(cost === undefined ? '' : 'with cost');
    return notOffered('no tokens of input and output in its updates or its answer to the prompt');
  },
};

const context: Ability = {
  id: 'context',
  title: 'Context size',
  core: false,
  async judge(bench) {
    await first(bench);
    const { contextUsed = 0, contextSize = 0 } = (await bench.state()).usage[bench.desk.agent] ?? {};
    if (contextUsed > 0 && contextSize > 0) return works();
    return notOffered(`its updates say ${contextUsed} used of ${contextSize}`);
  },
};

export const speech: readonly Ability[] = [start, text, reasoning];
export const figures: readonly Ability[] = [usage, context];
