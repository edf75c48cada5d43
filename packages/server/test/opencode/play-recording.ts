// For tests: a conversation on a server that plays a recording.
import type { AgentEvent, PromptCtx, TurnResult } from '@pilotlight/protocol';
import { OpenCodeConnection } from '../../src/backends/opencode/connection.ts';
import { FakeOpenCode, type FakeOptions } from './fake-opencode.ts';
import { readFixture } from './fixture-replay.ts';
import { OpenCodeSession } from '../../src/backends/opencode/session.ts';

const NEVER: Partial<PromptCtx> = {
  onPermission: () => new Promise(() => {}),
  onQuestion: () => new Promise(() => {}),
};

export interface Played {
  result: TurnResult;
  events: AgentEvent[];
  /** how often the event stream was opened */
  opened: number;
  replies: FakeOpenCode['replies'];
}

/** One turn against a server that plays a recording. */
export async function playRecording(
  name: string,
  options: FakeOptions,
  ctx: Partial<PromptCtx> = NEVER,
): Promise<Played> {
  await using fake = new FakeOpenCode(readFixture(name), options);
  const connection = new OpenCodeConnection({ port: await fake.listen(), password: 'x' });
  const session = new OpenCodeSession({
    http: connection.http,
    handle: {
      sessionId: 's',
      agent: 'opencode',
      backend: 'opencode_server',
      chatId: 'c',
      worktreeId: null,
      agentSessionId: fake.sessionId,
      serverPort: fake.port,
    },
    info: { id: fake.sessionId, title: 'T' },
    directory: '/repo',
    continuity: 'fresh',
    model: null,
    agent: { name: 'opencode', login: '' },
    cancelMs: 300,
    catalog: () =>
      Promise.resolve({
        models: new Map(),
        modes: [],
        commands: [],
        defaultModel: null,
        defaultMode: 'build',
      }),
    outOfTurn: () => {},
    onChild: (child) => connection.own(child, session),
  });
  connection.add(session);
  const events: AgentEvent[] = [];
  try {
    await connection.open();
    const result = await session.prompt(
      { content: [{ type: 'text', text: 'go' }] },
      {
        worktreePath: '/repo',
        model: null,
        signal: new AbortController().signal,
        onEvent: (event) => events.push(event),
        ...ctx,
      },
    );
    return { result, events, opened: fake.opened, replies: fake.replies };
  } finally {
    connection.close();
  }
}
