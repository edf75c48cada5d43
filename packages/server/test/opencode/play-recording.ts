// For tests: a conversation on a server that plays a recording.
import type { AgentEvent, PromptCtx, PromptInput, TurnResult } from '@pilotlight/protocol';
import { OpenCodeConnection } from '../../src/backends/opencode/connection.ts';
import { FakeOpenCode, type FakeOptions } from './fake-opencode.ts';
import { readFixture } from './fixture-replay.ts';
import { OpenCodeSession } from '../../src/backends/opencode/session.ts';
import { findPrompt } from '../../src/backends/opencode/stored-messages.ts';

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
  await fake.listen();
  const { connection, session } = conversationOn(fake);
  connection.add(session);
  const events: AgentEvent[] = [];
  try {
    await connection.open();
    const result = await session.prompt(PROMPT, contextOf(events, ctx));
    return { result, events, opened: fake.opened, replies: fake.replies };
  } finally {
    connection.close();
  }
}

export interface TakenOver {
  result: TurnResult;
  /** what the life that began the turn told of it */
  first: AgentEvent[];
  /** what the life that took it up told before it had caught up, and after */
  again: AgentEvent[];
  after: AgentEvent[];
  /** how often it said that it had caught up */
  caughtUp: number;
  /** what the first life told after it had let go */
  late: AgentEvent[];
  /** the tool call ids of what each life asked the user */
  asked: { first: (string | null)[]; again: (string | null)[] };
}

/** As `playRecording`, but the life that began the turn lets go where the stream breaks, and another takes it up. */
export async function takeOverRecording(name: string, options: FakeOptions): Promise<TakenOver> {
  await using fake = new FakeOpenCode(readFixture(name), options);
  await fake.listen();
  const first: AgentEvent[] = [];
  const asked: TakenOver['asked'] = { first: [], again: [] };
  const begun = conversationOn(fake);
  const letGo = new Promise<void>((resolve) => {
    begun.session.streamBroke = () => {
      void begun.session.letGo();
      begun.connection.close();
      resolve();
    };
  });
  begun.connection.add(begun.session);
  await begun.connection.open();
  void begun.session.prompt(PROMPT, { ...contextOf(first, noting(asked.first)), turnId: TURN });
  await letGo;
  const told = first.length;
  const { connection, session } = conversationOn(fake);
  const [again, after]: [AgentEvent[], AgentEvent[]] = [[], []];
  let caughtUp = 0;
  try {
    await connection.open();
    const promptId = await findPrompt(connection.http, fake.sessionId, TURN);
    connection.add(session);
    const result = await session.reattach(promptId ?? 'msg_none', {
      ...contextOf([], noting(asked.again)),
      turnId: TURN,
      onEvent: (event) => (caughtUp === 0 ? again : after).push(event),
      onCaughtUp: () => (caughtUp += 1),
    });
    return { result, first, again, after, caughtUp, late: first.slice(told), asked };
  } finally {
    connection.close();
  }
}

const TURN = 'turn_of_the_recording';
const PROMPT: PromptInput = { content: [{ type: 'text', text: 'go' }] };

/** Notes what is asked, and never answers. */
function noting(asked: (string | null)[]): Partial<PromptCtx> {
  return {
    onPermission: ({ toolCall }) => {
      asked.push(toolCall.id);
      return new Promise(() => {});
    },
    onQuestion: ({ toolCallId }) => {
      asked.push(toolCallId);
      return new Promise(() => {});
    },
  };
}

function contextOf(events: AgentEvent[], ctx: Partial<PromptCtx>): PromptCtx {
  return {
    worktreePath: '/repo',
    model: null,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...ctx,
  };
}

function conversationOn(fake: FakeOpenCode): { connection: OpenCodeConnection; session: OpenCodeSession } {
  const connection = new OpenCodeConnection({ port: fake.port, password: 'x' });
  const session: OpenCodeSession = new OpenCodeSession({
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
  return { connection, session };
}
