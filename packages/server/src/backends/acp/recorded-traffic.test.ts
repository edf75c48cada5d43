/** Traffic recorded from real agents (`fixtures/acp`, one message a line, long texts and lists cut) through the mapper. */
import type { AgentEvent } from '@pilotlight/protocol';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ConfigState } from './config-state.ts';
import { responseUsage } from './meta-conventions.ts';
import { permissionRequest } from './permission-request.ts';
import { asObject, at } from './raw-values.ts';
import { UpdateMapper } from './update-mapper.ts';

const folder = fileURLToPath(new URL('../../../fixtures/acp/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

interface Facts {
  text: string;
  /** id without its random part → title, kind, final status, what it shows */
  tools: string[];
  permissions: string[];
  config: string[];
  others: string[];
  usage: unknown;
}

/** What a client would show after the whole recording; sessions of one recording are told apart and joined. */
function replay(file: string): Facts {
  const lines = readFileSync(`${folder}${file}`, 'utf8').trim().split('\n');
  const sessions = new Map<unknown, { config: ConfigState; mapper: UpdateMapper }>();
  const session = (id: unknown): { config: ConfigState; mapper: UpdateMapper } => {
    const config = new ConfigState();
    const made = sessions.get(id) ?? { config, mapper: new UpdateMapper(config) };
    sessions.set(id, made);
    return made;
  };
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  const permissions: string[] = [];
  let usage: unknown = null;
  let last: unknown;
  for (const line of lines) {
    const { dir, msg } = JSON.parse(line) as { dir: string; msg: unknown };
    const method = at(msg, ['method']);
    const params = asObject(at(msg, ['params'])) ?? {};
    if (dir === '>') {
      if (method === 'session/prompt') session(params['sessionId']).mapper.beginTurn();
      if (params['sessionId'] !== undefined) last = params['sessionId'];
    } else if (method === 'session/update') session(params['sessionId']).mapper.map(params['update'], emit);
    else if (method === 'session/request_permission') {
      const tool = session(params['sessionId']).mapper.permissionTool(params['toolCall'], emit);
      const request = tool && permissionRequest(params, tool);
      permissions.push(`${request?.toolCall.title}: ${request?.options.map(({ kind }) => kind).join(' ')}`);
    } else if (method === undefined) {
      const result = at(msg, ['result']);
      session(at(result, ['sessionId']) ?? last).config.take(result);
      usage = responseUsage(result)?.usage ?? usage;
    }
  }
  return { ...facts(events), permissions, config: configs(sessions), usage };
}

function facts(events: AgentEvent[]): Pick<Facts, 'text' | 'tools' | 'others'> {
  const tools = new Map<string, string>();
  const others = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'tool_call' || event.type === 'tool_update') {
      const { id, title, kind, status, content } = event.toolCall;
      const shown = content.map((item) => {
        if (item.type === 'terminal') return `terminal ${JSON.stringify(item.output)} exit ${item.exitCode}`;
        return item.type === 'diff' ? `diff ${item.path}` : item.content.type;
      });
      tools.set(id, `${kind} ${status} | ${title} | ${shown.join(', ')}`);
    }
    const name = event.type === 'opaque' ? `opaque ${event.name}` : event.type;
    others.set(name, (others.get(name) ?? 0) + 1);
  }
  const text = events
    .map((event) => (event.type === 'text' ? event.text : event.type === 'segment' ? '¶' : ''))
    .join('');
  return {
    text,
    tools: [...tools.values()],
    others: [...others].map(([name, count]) => `${name} ${count}`).sort(),
  };
}

function configs(sessions: Map<unknown, { config: ConfigState }>): string[] {
  const lists = [...sessions.values()].map(({ config }) => config.list());
  return lists.flat().map(({ id, category, currentValue, choices }) => {
    return `${id} (${category ?? ''}) = ${String(currentValue)} of ${choices.length}`;
  });
}

test('there is a recording of every family of agents', () => {
  expect(files.length).toBeGreaterThanOrEqual(12);
});

test.each(files)('%s', (file) => {
  expect(replay(file)).toMatchSnapshot();
});

test('no recorded update is unknown to the mapper', () => {
  const unknown = files.flatMap((file) => replay(file).others.filter((name) => name.startsWith('opaque')));
  expect(unknown).toEqual([]);
});
