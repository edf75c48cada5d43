/** Recordings of ACP taken apart into turns: what an agent did between a prompt and its answer. */

type Json = Record<string, unknown>;

/** One thing that an agent did in a turn: a notification, or a request that it awaits the answer of. */
export interface RecordedStep {
  method: string;
  params: Json;
  isRequest: boolean;
}

export interface RecordedTurn {
  /** `<recording>#<number>` */
  name: string;
  steps: RecordedStep[];
  /** `result` or `error`, as the prompt was answered; one that never was counts as cancelled */
  answer: Json;
}

interface OpenTurn extends RecordedTurn {
  id: unknown;
  sessionId: unknown;
}

/** The turns of a recording; of prompts that overlap in one session what is said belongs to the first. */
export function recordedTurns(recording: string, messages: readonly unknown[]): RecordedTurn[] {
  const turns: OpenTurn[] = [];
  const open: OpenTurn[] = [];
  for (const message of messages) {
    const { dir, msg } = message as { dir: string; msg: Json };
    const params = (msg['params'] ?? {}) as Json;
    const method = msg['method'];
    if (dir === '>' && method === 'session/prompt') {
      const name = `${recording}#${turns.length}`;
      const answer = { result: { stopReason: 'cancelled' } };
      const turn = { name, id: msg['id'], sessionId: params['sessionId'], steps: [], answer };
      turns.push(turn);
      open.push(turn);
    } else if (dir === '<' && typeof method === 'string') {
      const turn = open.find(({ sessionId }) => sessionId === params['sessionId']);
      turn?.steps.push({ method, params, isRequest: msg['id'] !== undefined });
    } else if (dir === '<') {
      const at = open.findIndex(({ id }) => id === msg['id']);
      const [turn] = at < 0 ? [] : open.splice(at, 1);
      if (turn !== undefined)
        turn.answer = msg['error'] === undefined ? { result: msg['result'] } : { error: msg['error'] };
    }
  }
  return turns;
}

/** What the agent says in a turn. */
export function saidIn({ steps }: RecordedTurn): string {
  return updatesOf(steps, 'agent_message_chunk')
    .map(({ content }) => (content as Json | undefined)?.['text'] ?? '')
    .join('');
}

/** The ids of the tool calls of a turn; some are named only where the agent asks about them. */
export function toolsIn({ steps }: RecordedTurn): Set<unknown> {
  const updates = ['tool_call', 'tool_call_update'].flatMap((kind) => updatesOf(steps, kind));
  const asked = steps.map(({ params }) => params['toolCall'] as Json | undefined);
  return new Set([...updates, ...asked].flatMap((call) => call?.['toolCallId'] ?? []));
}

function updatesOf(steps: readonly RecordedStep[], kind: string): Json[] {
  return steps.flatMap(({ params }) => {
    const update = params['update'] as Json | undefined;
    return update?.['sessionUpdate'] === kind ? [update] : [];
  });
}
