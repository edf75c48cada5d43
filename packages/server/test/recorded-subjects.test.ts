/** What rules see of the permission requests in recorded traffic of real agents. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ConfigState } from '../src/backends/acp/config-state.ts';
import { permissionRequest } from '../src/backends/acp/permission-request.ts';
import { asObject, at } from '../src/backends/acp/raw-values.ts';
import { UpdateMapper } from '../src/backends/acp/update-mapper.ts';
import { subjectOf } from '../src/dispatch/policies/subject.ts';

const folder = fileURLToPath(new URL('../fixtures/acp/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

/** `execute: npm test`, `edit: src/a.ts`, each with `?` where more may be meant. */
function subjects(file: string): string[] {
  const mapper = new UpdateMapper(new ConfigState());
  return readFileSync(`${folder}${file}`, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const { dir, msg } = JSON.parse(line) as { dir: string; msg: unknown };
      const method = at(msg, ['method']);
      const params = asObject(at(msg, ['params'])) ?? {};
      if (dir === '>') return [];
      if (method === 'session/update') mapper.map(params['update'], () => {});
      if (method !== 'session/request_permission') return [];
      const tool = mapper.permissionTool(params['toolCall'], () => {});
      const request = tool && permissionRequest(params, tool);
      if (!request) return [];
      const { kind, commands, paths, complete } = subjectOf(request.toolCall, undefined, '/nowhere/work');
      const what = kind === 'execute' ? commands : paths.map(({ path }) => path);
      return [`${kind}: ${what.join(' | ')}${complete ? '' : '?'}`];
    });
}

test('every request says what it runs or touches, and only one that gives no input is doubted', () => {
  const found = Object.fromEntries(files.map((file) => [file, subjects(file)]));
  expect(Object.values(found).flat().length).toBeGreaterThan(10);
  const empty = Object.entries(found).filter(([, all]) =>
    all.some((each) => /^(execute|edit): \??$/.test(each)),
  );
  expect(empty).toEqual([]);
  const doubted = Object.keys(found).filter((file) => found[file]?.some((each) => each.endsWith('?')));
  expect(doubted.filter((file) => !file.startsWith('gemini'))).toEqual([]);
  expect(found['codex-acp-zed-turn.jsonl']?.[0]).toMatch(/^execute: echo /);
  expect(found['gemini-write.jsonl']).toEqual(['edit: <CWD>/written-write.txt']);
});
