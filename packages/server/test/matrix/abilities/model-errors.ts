import { finalText } from '@pilotlight/testkit';
import type { Ability } from '../ability.ts';
import { completed, mustSay, type AgentBench, type Seen } from '../agent-bench.ts';
import { fails, notOffered, works, type Cell } from '../cell.ts';

/** Where the user reads that the model failed: in the turn's error, or in what the agent said of it. */
function told({ turn, parts, text }: Seen, words: RegExp): Cell {
  const said = turn.error?.message ?? '';
  if (turn.state === 'queued') return works('the prompt waits for a login');
  if (turn.error?.code === 'agent_login_required') return works('it is told as a login that is needed');
  if (turn.state === 'failed')
    return words.test(said) ? works() : fails(`the turn failed with “${said}”, which does not say why`);
  const notices = parts.flatMap((part) => (part.type === 'notice' ? [part.text] : []));
  if (words.test([text, ...notices].join('\n')))
    return works('it says so in words and ends its turn in order');
  if (parts.some((part) => part.type === 'notice' && part.code === 'nothing_said'))
    return notOffered('it ends its turn in order and says nothing; the server notes that it said nothing');
  return fails(`the turn is ${turn.state} and says “${text}”`);
}

async function goesOn(bench: AgentBench): Promise<void> {
  const next = await bench.turn('And now? [[text tag=next]]');
  completed(next);
  mustSay(next, finalText('next'));
}

function refusal(status: 400 | 401, core: boolean): Ability {
  return {
    id: `error_${status}`,
    title: `Model error ${status}`,
    core,
    async judge(bench) {
      await bench.newChat();
      const seen = await bench.turn(`Try. [[error ${status} tag=e${status}]]`);
      const cell = told(seen, new RegExp(`\\b${status}\\b`));
      // What waits for a login holds its chat.
      const isHeld = seen.turn.state === 'queued' || seen.turn.error?.code === 'agent_login_required';
      if (cell.result !== 'fails' && !isHeld) await goesOn(bench);
      return cell;
    },
  };
}

/** An error that passes: the agent tries again until it works, or says why it does not. */
function passing(status: 429 | 500, script: string, words: RegExp): Ability {
  return {
    id: `error_${status}`,
    title: `Model error ${status} that passes`,
    core: false,
    async judge(bench) {
      await bench.newChat();
      const seen = await bench.turn(`Try. [[error ${status} ${script} tag=passing${status}]]`);
      if (seen.turn.state === 'completed' && seen.text.includes(finalText(`passing${status}`)))
        return works();
      const cell = told(seen, words);
      if (cell.result !== 'fails') await goesOn(bench);
      return cell.result === 'works' ? works('it does not try again, and says why') : cell;
    },
  };
}

const broken: Ability = {
  id: 'error_cut',
  title: 'Answer broken off',
  core: false,
  async judge(bench) {
    await bench.newChat();
    const seen = await bench.turn('Try. [[cut times=1 tag=whole]]');
    const retry = seen.turn.state === 'completed' && seen.text.includes(finalText('whole'));
    const silent = seen.turn.state === 'completed' && !retry;
    if (silent) {
      const notices = seen.parts.flatMap((part) => (part.type === 'notice' ? [part.text] : []));
      if (notices.length === 0) return fails(`the turn is completed with “${seen.text}”`);
    }
    await goesOn(bench);
    if (!retry) return works('it does not try again, and says so');
    return works(seen.text.includes('Begun') ? 'tried again; the broken beginning stays' : 'tried again');
  },
};

export const modelErrors: readonly Ability[] = [
  refusal(400, true),
  refusal(401, false),
  passing(429, 'after=1 times=1', /\b429\b|rate limit/i),
  passing(500, 'times=2', /\b500\b|server error|temporary errors|retry/i),
  broken,
];
