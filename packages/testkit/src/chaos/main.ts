/**
 * Disturbs a real server on a data folder of its own, and judges what came of every prompt:
 * `npm run chaos -- --minutes 5 --seed 7`. `--help` tells of the options. Ends with code 1 when anything was wrong.
 */
import { chaos, USUAL } from '@pilotlight/chaos';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { agentPath } from '../real-agents/locations.ts';
import { REAL_AGENT_IDS } from '../real-agents/real-agent.ts';
import { castOf, type Choice } from './cast.ts';
import { COMMAND } from './command.ts';

const HELP = `npm run chaos -- [options]
  --minutes N           how long it disturbs (1)
  --seed N              the same seed disturbs in the same way (a new one)
  --every MS            average pause between two disturbances (1500)
  --only KINDS          equally often some of ${Object.keys(USUAL).join(', ')}
  --acp AGENT           scripted, or one of claude, codex, gemini, qwen against the model server (scripted)
  --without-opencode    also left out when it is not installed
  --fill-disk           the data folder lies on a small disk that fills up; needs the right to mount
  --no-expect-takeover  a turn may end as interrupted when its server is killed
  --keep                keeps the folders of a sound run too`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    every: { type: 'string', default: '1500' },
    only: { type: 'string' },
    acp: { type: 'string', default: 'scripted' },
    'without-opencode': { type: 'boolean', default: false },
    'fill-disk': { type: 'boolean', default: false },
    'expect-takeover': { type: 'boolean', default: true },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function fail(text: string): never {
  console.error(text);
  process.exit(2);
}

function number(text: string, name: string): number {
  const value = Number(text);
  return value >= 0 ? value : fail(`--${name} is a number, not ${text}`);
}

function acpAgent(): Choice['acp'] {
  const known = ['scripted', ...REAL_AGENT_IDS].find((id) => id === values.acp && id !== 'opencode');
  return (known ?? fail(`--acp is none of the agents: ${values.acp}`)) as Choice['acp'];
}

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const only = values.only?.split(',');
const unknown = only?.find((kind) => !Object.hasOwn(USUAL, kind));
if (unknown !== undefined) fail(`--only names no disturbance: ${unknown}`);
const opencode = !values['without-opencode'] && existsSync(agentPath('opencode-ai/package.json'));
if (!opencode && !values['without-opencode']) console.log('opencode is not installed; left out');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort(new Error(signal))));
const isSound = await chaos({
  command: COMMAND,
  seed: number(values.seed, 'seed'),
  ms: number(values.minutes, 'minutes') * 60_000,
  everyMs: number(values.every, 'every'),
  weights: only === undefined ? USUAL : Object.fromEntries(only.map((kind) => [kind, 1])),
  cast: castOf({ acp: acpAgent(), opencode }),
  fillDisk: values['fill-disk'],
  expectTakeover: values['expect-takeover'],
  keep: values.keep ? 'all' : 'unsound',
  signal: stop.signal,
  print: (line) => console.log(line),
});
process.exit(isSound ? 0 : 1);
