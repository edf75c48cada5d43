/**
 * The core of the matrix: every real agent through the whole server, over HTTP and WebSocket, in a git worktree, against a
 * model on loopback. What worked when the record was made must work now; `npm run matrix` asks everything and makes it anew.
 */
import { ensureRealAgents, REAL_AGENT_IDS } from '@pilotlight/testkit';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { ABILITIES } from './abilities.ts';
import type { Cell } from './cell.ts';
import { DOCUMENT, documentOf } from './document.ts';
import { readRecord } from './record.ts';
import { runAgent } from './run-agent.ts';

const core = ABILITIES.filter((ability) => ability.core);
const record = readRecord();

/** More than was recorded is no harm: that an agent has learnt to do something is for the next record. */
const BEST_FIRST: readonly Cell['result'][] = ['works', 'not_offered', 'fails'];

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

// Disposing the agent's server throws when a process or an entry of the ledger is left.
test.each(REAL_AGENT_IDS)('%s does what it did', { timeout: 120_000 }, async (id) => {
  const cells = await runAgent(id, core);
  const recorded = record[id]?.cells ?? {};
  const worse = core.flatMap(({ id: ability, title }) => {
    const [now, before] = [cells[ability], recorded[ability]];
    if (now === undefined || before === undefined) return [`${title}: not in the record`];
    const isWorse = BEST_FIRST.indexOf(now.result) > BEST_FIRST.indexOf(before.result);
    return isWorse ? [`${title}: ${now.result}, ${now.note}`] : [];
  });
  expect(worse).toEqual([]);
});

test('no core ability of any agent fails', () => {
  const failing = Object.entries(record).flatMap(([id, { cells }]) =>
    core.filter((ability) => cells[ability.id]?.result === 'fails').map(({ title }) => `${id}: ${title}`),
  );
  expect(failing).toEqual([]);
});

test('every agent was asked every question, and what is not offered has its proof', () => {
  expect(Object.keys(record)).toEqual(REAL_AGENT_IDS);
  for (const { cells } of Object.values(record)) {
    expect(Object.keys(cells)).toEqual(ABILITIES.map(({ id }) => id));
    for (const { result, note } of Object.values(cells)) if (result !== 'works') expect(note).not.toBe('');
  }
});

test('the page shows the record', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(documentOf(record, ABILITIES));
});
