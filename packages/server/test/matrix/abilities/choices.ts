import type { AgentSessionChoice, ConfigOption } from '@pilotlight/protocol';
import type { Ability } from '../ability.ts';
import { completed, type AgentBench, type Seen } from '../agent-bench.ts';
import { fails, notOffered, works, type Cell } from '../cell.ts';

/** What is chosen, how it is called, and what of a request to the model shows that it is in force. */
interface Choosing {
  readonly purpose: 'model' | 'mode' | 'thought_level';
  choice(option: ConfigOption, value: string): AgentSessionChoice;
  shows?(seen: Seen): string;
}

const MODEL: Choosing = {
  purpose: 'model',
  choice: (_, model) => ({ model }),
  shows: ({ requests }) => requests.at(-1)?.model ?? 'nothing',
};
const MODE: Choosing = {
  purpose: 'mode',
  choice: (_, mode) => ({ mode }),
};
const THINKING: Choosing = {
  purpose: 'thought_level',
  choice: ({ id }, value) => ({ options: { [id]: value } }),
  shows: ({ requests }) => requests.at(-1)?.effort ?? 'not said',
};

/** An id goes before a category: one agent has its provider in the category of models too. */
function find(options: readonly ConfigOption[], purpose: string): ConfigOption | undefined {
  return options.find(({ id }) => id === purpose) ?? options.find(({ category }) => category === purpose);
}

async function choose(bench: AgentBench, { purpose, choice, shows }: Choosing): Promise<Cell> {
  await bench.newChat();
  const plain = await bench.turn('Hello. [[text tag=plain]]');
  completed(plain);
  const options = await bench.options();
  const option = find(options, purpose);
  const values = option?.choices.map(({ value }) => value) ?? [];
  // The first ones may be other names of what is in force.
  const other = values.findLast((value) => value !== option?.currentValue);
  if (option === undefined || other === undefined) {
    const list = options.map(({ id, choices }) => `${id} (${choices.length})`).join(', ') || 'none';
    return notOffered(`its options, with the number of choices: ${list}`);
  }
  const { client } = bench.desk.home;
  await client.updateChat(bench.desk.desk.chat.id, { choice: choice(option, other) });
  const chosen = await bench.turn('Hello. [[text tag=chosen]]');
  completed(chosen);
  const inForce = find(await bench.options(), purpose)?.currentValue;
  if (inForce !== other) return fails(`chose “${other}”, in force is “${String(inForce)}”`);
  const count = `${values.length} to choose from`;
  if (shows === undefined) return works(count);
  const [before, after] = [shows(plain), shows(chosen)];
  if (before !== after) return works(`${count}; its model is asked with ${before}, then ${after}`);
  return works(`${count}; what is asked of its model stays ${before}`);
}

const model: Ability = {
  id: 'model',
  title: 'Models listed, switched',
  core: false,
  async judge(bench) {
    const cell = await choose(bench, MODEL);
    return cell.result === 'works' && cell.note.includes('stays') ? fails(cell.note) : cell;
  },
};

const mode: Ability = {
  id: 'mode',
  title: 'Mode switched',
  core: false,
  judge: (bench) => choose(bench, MODE),
};

const thinking: Ability = {
  id: 'thinking',
  title: 'Thinking level',
  core: false,
  judge: (bench) => choose(bench, THINKING),
};

const listed: Ability = {
  id: 'commands',
  title: 'Commands listed',
  core: false,
  async judge(bench) {
    await bench.newChat();
    completed(await bench.turn('Hello. [[text tag=listed]]'));
    const commands = (await bench.state()).commands[bench.desk.agent] ?? [];
    return commands.length > 0 ? works(`${commands.length} commands`) : notOffered('it names no commands');
  },
};

/** Commands that need neither a network nor an answer, best first. */
const SAFE = ['init', 'context', 'session', 'about', 'tools', 'status', 'stats', 'help', 'compact'];

const run: Ability = {
  id: 'command_run',
  title: 'Command run',
  core: false,
  async judge(bench) {
    const commands = ((await bench.state()).commands[bench.desk.agent] ?? []).map(({ name }) => name);
    const command = SAFE.find((name) => commands.includes(name));
    if (command === undefined)
      return notOffered(`none of its commands works by itself: ${commands.join(', ') || 'there are none'}`);
    const seen = await bench.turn(`/${command}`);
    completed(seen);
    // A command that the agent does not know goes to its model as it stands.
    const asked = seen.requests.at(-1)?.userText.split('\n') ?? [];
    if (asked.some((line) => line.trim() === `/${command}`))
      return fails(`/${command} went to its model as plain text`);
    const how = seen.requests.length > 0 ? 'becomes a prompt of its own' : 'is answered by itself';
    return works(`/${command} ${how}`);
  },
};

export const choices: readonly Ability[] = [listed, run, model, mode, thinking];
