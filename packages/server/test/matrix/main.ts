// `npm run matrix [agent…] [-- --only ability,…]`: asks real agents every question and writes down what came of it.
// Agents that are not named keep what was seen of them before.
import {
  ensureRealAgents,
  prepareRealAgent,
  REAL_AGENT_IDS,
  REAL_AGENTS,
  type RealAgentId,
} from '@pilotlight/testkit';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtInAgents } from '../../src/backends/built-in-agents.ts';
import { ABILITIES } from './abilities.ts';
import { DOCUMENT, documentOf } from './document.ts';
import { readRecord, writeRecord, type AgentRecord, type MatrixRecord } from './record.ts';
import { runAgent } from './run-agent.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
});
const unknown = positionals.filter((id) => !(id in REAL_AGENTS));
if (unknown.length > 0) {
  console.error(`No agent ${unknown.join(', ')}; there are ${REAL_AGENT_IDS.join(', ')}.`);
  process.exit(2);
}
const wanted = values.only?.split(',');
const abilities = ABILITIES.filter(({ id }) => wanted?.includes(id) ?? true);
await ensureRealAgents({ log: (line) => console.log(line) });

for (const id of REAL_AGENT_IDS) {
  if (positionals.length > 0 && !positionals.includes(id)) continue;
  console.log(`\n${REAL_AGENTS[id].name}`);
  const cells = await runAgent(id, abilities, ({ title }, { result, note }) =>
    console.log(`  ${result.padEnd(11)} ${title}${note === '' ? '' : `: ${note}`}`),
  );
  // Read now: another run may have written meanwhile.
  const record = readRecord();
  record[id] = { ...facts(id), cells: { ...record[id]?.cells, ...cells } };
  writeRecord(inOrder(record));
  writeFileSync(DOCUMENT, documentOf(inOrder(record), ABILITIES));
}

function facts(id: RealAgentId): Omit<AgentRecord, 'cells'> {
  const home = mkdtempSync(join(tmpdir(), 'pilotlight-matrix-'));
  const { name, version } = prepareRealAgent(id, { modelUrl: '', home });
  rmSync(home, { recursive: true });
  const backend = builtInAgents.find((spec) => spec.id === id)?.backend ?? 'acp_warm';
  return { name, version, backend, day: new Date().toISOString().slice(0, 10) };
}

/** Agents as the testkit lists them, abilities as they are asked, and nothing that is not asked any more. */
function inOrder(unordered: MatrixRecord): MatrixRecord {
  return Object.fromEntries(
    REAL_AGENT_IDS.flatMap((id) => {
      const agent = unordered[id];
      if (agent === undefined) return [];
      const cells = ABILITIES.flatMap(({ id: ability }) => {
        const cell = agent.cells[ability];
        return cell === undefined ? [] : [[ability, cell] as const];
      });
      return [[id, { ...agent, cells: Object.fromEntries(cells) }]];
    }),
  );
}
