import { fileURLToPath } from 'node:url';
import type { Ability } from './ability.ts';
import type { Cell } from './cell.ts';
import type { MatrixRecord } from './record.ts';

/** The page that shows the record. */
export const DOCUMENT = fileURLToPath(new URL('../../../../docs/agents.md', import.meta.url));

const SIGNS: Record<Cell['result'], string> = { works: '✓', not_offered: '–', fails: '✗' };
const MEANINGS: Record<Cell['result'], string> = {
  works: '',
  not_offered: 'Not offered: ',
  fails: 'Fails: ',
};

/** The record as Markdown: a table of agents and abilities, then what there is to say of single cells. */
export function documentOf(record: MatrixRecord, abilities: readonly Ability[]): string {
  const agents = Object.entries(record);
  const lines = [
    '# Agents',
    '',
    'Made by `npm run matrix`, which runs each agent of the npm registry through the whole server, against a model server',
    'on loopback. Do not edit it: `npm test` compares it with what was seen.',
    '',
    '✓ works · – not offered by the agent, by its own words · ✗ fails. A star: there is more to say below.',
    '',
    row(['', ...agents.map(([, { name }]) => name)]),
    row(['---', ...agents.map(() => ':-:')]),
    ...abilities.map((ability) =>
      row([ability.title, ...agents.map(([, { cells }]) => sign(cells[ability.id]))]),
    ),
    '',
    ...agents.flatMap(([id, agent]) => {
      const notes = abilities.flatMap((ability) => note(ability, agent.cells[ability.id]));
      const facts = `\`${id}\`, version ${agent.version}, backend \`${agent.backend}\`, run on ${agent.day}.`;
      return [`## ${agent.name}`, '', facts, '', ...notes, ...(notes.length > 0 ? [''] : [])];
    }),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function sign(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return SIGNS[cell.result] + (cell.note === '' ? '' : '\\*');
}

function note({ title }: Ability, cell: Cell | undefined): string[] {
  if (cell === undefined || cell.note === '') return [];
  return [`- **${title}.** ${MEANINGS[cell.result]}${escaped(cell.note)}`];
}

/** Words of an agent are shown as they are, on one line. */
function escaped(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return (line.length > 400 ? `${line.slice(0, 399)}…` : line).replaceAll(/[\\`*_<>[\]|]/g, '\\$&');
}
