// An agent that does again what real agents were recorded to do: the prompt `play <name>` gets the turn of that name.
import { createInterface } from 'node:readline';
import { readRecordings } from './recordings.ts';
import { recordedTurns, type RecordedTurn } from './recorded-turns.ts';

type Json = Record<string, unknown>;

const turns = new Map<string, RecordedTurn>();
for (const [recording, messages] of readRecordings('acp'))
  for (const turn of recordedTurns(recording, messages)) turns.set(turn.name, turn);

const waiting = new Map<unknown, () => void>();
let sessions = 0;
let requests = 0;

function send(message: Json): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function play(sessionId: unknown, name: string): Promise<Json> {
  const turn = turns.get(name);
  if (turn === undefined) return { error: { code: -32602, message: `there is no turn ${name}` } };
  for (const step of turn.steps) {
    const message = { method: step.method, params: { ...step.params, sessionId } };
    if (!step.isRequest) send(message);
    else {
      const id = `recorded-${++requests}`;
      const answered = new Promise<void>((resolve) => waiting.set(id, resolve));
      send({ id, ...message });
      await answered;
    }
  }
  return turn.answer;
}

async function answer({ method, params = {} }: { method: string; params?: Json }): Promise<Json> {
  if (method === 'initialize') return { result: { protocolVersion: 1, agentCapabilities: {} } };
  if (method === 'session/new') return { result: { sessionId: `session-${++sessions}` } };
  if (method !== 'session/prompt') return { error: { code: -32601, message: `no ${method}` } };
  const text = JSON.stringify(params['prompt']);
  return await play(params['sessionId'], /play ([\w.#-]+)/.exec(text)?.[1] ?? '');
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as { id?: unknown; method?: string; params?: Json };
  if (message.method === undefined) waiting.get(message.id)?.();
  else if (message.id !== undefined)
    void answer({ ...message, method: message.method }).then((said) => send({ id: message.id, ...said }));
});
