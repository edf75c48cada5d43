// `node packages/server/test/recordings/pack.ts <folder>`: packs the recordings `<folder>/acp/*.jsonl` and
// `<folder>/opencode/*.jsonl` for the tests. What is said stays whole; long lists of offers and long other texts are cut.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packPath } from './recordings.ts';

const LONGEST_TEXT = 400;
const LONGEST_LIST = 12;
/** What an agent says, which must not be lost. */
const SAID = new Set(['text', 'delta']);

const [folder = '.'] = process.argv.slice(2);

for (const pack of ['acp', 'opencode'] as const) {
  const files = readdirSync(join(folder, pack)).filter((name) => name.endsWith('.jsonl'));
  const lines = files.flatMap((name) => {
    const recorded = readFileSync(join(folder, pack, name), 'utf8')
      .trim()
      .split('\n');
    return recorded.flatMap((line) => {
      const message = pack === 'acp' ? acpMessage(JSON.parse(line)) : opencodeEvent(JSON.parse(line));
      return message === null ? [] : [JSON.stringify({ recording: name.replace('.jsonl', ''), message })];
    });
  });
  writeFileSync(packPath(pack), gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
  console.log(`${pack}: ${files.length} recordings, ${lines.length} messages`);
}

/** Without what was written to stderr, what is no message, and the times. */
function acpMessage({ dir, msg }: { dir: string; msg: unknown }): unknown {
  return dir === 'E' || msg === undefined ? null : { dir, msg: cut(msg) };
}

/** An event as the stream of one folder has it; other streams wrap it, or are of another version. */
function opencodeEvent(record: { payload?: object; type?: string; properties?: object }): unknown {
  const { type, properties } = (record.payload ?? record) as typeof record;
  return type === undefined || properties === undefined ? null : { type, properties: cut(properties) };
}

function cut(value: unknown, key = ''): unknown {
  if (typeof value === 'string')
    return SAID.has(key) || value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}…`;
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item) => cut(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner, name)]));
}
