import fc from 'fast-check';
import type {
  AcpToolSnapshot,
  BlobRef,
  ChatFrame,
  ChatFrameEvent,
  ContentBlock,
  IndexFrameEvent,
  Message,
  Permission,
  Task,
  ToolContent,
  ToolPatch,
  Turn,
} from '../src/index.ts';

/** Generators of everything that travels in frames. Ids come from small sets, so that events meet each other. */

const CHAT = 'cht_00000001';
const AGENTS = ['alpha', 'beta'] as const;
const time = fc.integer({ min: 0, max: 2_000_000_000_000 });
/** Short texts, with what breaks naive code: quotes, line ends, astral characters, lone surrogates. */
const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '\n',
    '\u0000',
    '\u2028',
    '😀',
    '\ud83d',
    '\ude00',
    '</script>',
    'é'.repeat(60),
  ),
);
/** As entities have it: a column of a database holds no half of a character. */
const columnText = word.map((text) => text.toWellFormed());
const agent = fc.constantFrom(...AGENTS);
const messageId = fc.constantFrom('msg_00000001', 'msg_00000002', 'msg_00000003', 'msg_00000004');
const turnId = fc.constantFrom('trn_00000001', 'trn_00000002', 'trn_00000003');
/** JSON as it comes off a wire; `__proto__` as a key is a matter for its own test. */
// As it is after the wire: JSON.stringify writes -0 as 0, so no frame a client receives holds a negative zero.
const json = fc
  .jsonValue({ maxDepth: 2 })
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

const blobRef: fc.Arbitrary<BlobRef> = fc.record({
  blob: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
  size: fc.nat(),
  mimeType: fc.constant('text/plain'),
});

const contentBlock: fc.Arbitrary<ContentBlock> = fc.oneof(
  word.map((text) => ({ type: 'text' as const, text })),
  fc.record({ type: fc.constant('image' as const), mimeType: fc.constant('image/png'), blob: blobRef }),
  fc.record({ type: fc.constant('resource_link' as const), uri: word, name: word }),
);

/** Texts that grow, shrink from the front and differ, so that every branch of a diff is met. */
export const growingOutput: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('line of output ', 'x', 'abcabc'), fc.nat(40), fc.nat(30), word)
  .map(([unit, times, cut, end]) => unit.repeat(times).slice(cut) + end);

const toolContent: fc.Arbitrary<ToolContent> = fc.oneof(
  fc.record(
    {
      type: fc.constant('content' as const),
      content: contentBlock,
      head: fc.array(blobRef, { maxLength: 2 }),
    },
    { requiredKeys: ['type', 'content'] },
  ),
  growingOutput.map((text) => ({ type: 'content' as const, content: { type: 'text' as const, text } })),
  fc.record({
    type: fc.constant('diff' as const),
    path: word,
    oldText: fc.option(word),
    newText: word,
  }),
  fc.record(
    {
      type: fc.constant('terminal' as const),
      terminalId: fc.constantFrom('t1', 't2'),
      output: growingOutput,
      head: fc.array(blobRef, { maxLength: 2 }),
      exitCode: fc.option(fc.nat(255)),
    },
    { requiredKeys: ['type', 'terminalId', 'output'] },
  ),
);

export const toolSnapshot: fc.Arbitrary<AcpToolSnapshot> = fc.record(
  {
    id: fc.constant('tool1'),
    title: word,
    kind: fc.constantFrom('read', 'edit', 'execute', 'other'),
    status: fc.constantFrom('pending', 'in_progress', 'completed', 'failed', 'cancelled'),
    content: fc.array(toolContent, { maxLength: 4 }),
    locations: fc.array(fc.record({ path: word, line: fc.nat() }, { requiredKeys: ['path'] }), {
      maxLength: 2,
    }),
    rawInput: json,
    rawOutput: json,
    parentToolCallId: fc.option(word),
  },
  { requiredKeys: ['id', 'title', 'kind', 'status', 'content', 'locations', 'parentToolCallId'] },
);

/** Patches as a damaged or newer server might send them: indexes may lie beyond the list. */
const toolPatch: fc.Arbitrary<ToolPatch> = fc.record(
  {
    set: fc.record(
      { title: word, status: fc.constantFrom('in_progress', 'completed', 'failed') },
      { requiredKeys: [] },
    ),
    unset: fc.subarray(['rawInput', 'rawOutput'] as const),
    length: fc.nat(3),
    items: fc.array(fc.record({ index: fc.nat(4), item: toolContent }), { maxLength: 2 }),
    appends: fc.array(
      fc.record(
        { index: fc.nat(4), drop: fc.nat(30), moved: blobRef, text: word },
        { requiredKeys: ['index', 'text'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

const part = fc.nat(4);
const textEvent = <T extends 'text' | 'reasoning'>(type: T) =>
  fc.record(
    { type: fc.constant(type), part, text: word, drop: fc.nat(8), moved: blobRef },
    { requiredKeys: ['type', 'part', 'text'] },
  );

/** Events about a part of a message. */
export const partEvent: fc.Arbitrary<ChatFrameEvent> = fc.oneof(
  textEvent('text'),
  textEvent('text'),
  textEvent('reasoning'),
  fc.record({ type: fc.constant('retract' as const), part }),
  fc.record({ type: fc.constant('tool_call' as const), part, toolCall: toolSnapshot }),
  fc.record({ type: fc.constant('tool_update' as const), part, patch: toolPatch }),
  fc.record({
    type: fc.constant('plan' as const),
    part,
    entries: fc.array(
      fc.record({
        content: word,
        priority: fc.constantFrom('high' as const, 'low' as const),
        status: fc.constantFrom('pending' as const, 'completed' as const),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constant('content' as const), part, content: contentBlock }),
  fc.record({
    type: fc.constant('notice' as const),
    part,
    level: fc.constantFrom('info' as const, 'warning' as const, 'error' as const),
    code: word,
    text: word,
  }),
  fc.record({ type: fc.constant('opaque' as const), part, name: word, payload: json }),
);

/** Facts about a chat that live in frames and on the topic only. */
export const factEvent: fc.Arbitrary<ChatFrameEvent> = fc.oneof(
  fc.record({
    type: fc.constant('commands' as const),
    agent,
    commands: fc.array(fc.record({ name: word, description: word }), { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('config' as const),
    agent,
    options: fc.array(
      fc.record({
        id: word,
        name: word,
        type: fc.constant('boolean' as const),
        currentValue: fc.boolean(),
        choices: fc.constant<{ value: string; name: string }[]>([]),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constant('usage' as const), agent, usage: fc.record({ contextUsed: fc.nat() }) }),
);

export const message: fc.Arbitrary<Message> = fc.record({
  id: messageId,
  chatId: fc.constant(CHAT),
  role: fc.constantFrom('user' as const, 'assistant' as const),
  turnId: fc.option(turnId),
  agent,
  parts: fc.array(
    word.map((text) => ({ type: 'text' as const, text })),
    { maxLength: 2 },
  ),
  createdAt: time,
});

export const turn: fc.Arbitrary<Turn> = fc.record({
  id: turnId,
  chatId: fc.constant(CHAT),
  agent,
  model: fc.option(columnText),
  state: fc.constantFrom('queued' as const, 'running' as const, 'completed' as const, 'failed' as const),
  position: fc.nat(),
  messageId,
  prompt: fc.option(
    fc.array(
      columnText.map((text) => ({ type: 'text' as const, text })),
      { maxLength: 1 },
    ),
  ),
  dispatch: fc.constantFrom('warm' as const, 'cold' as const, null),
  continuity: fc.constantFrom('live' as const, 'resumed' as const, null),
  createdAt: time,
  startedAt: fc.option(time),
  endedAt: fc.option(time),
  error: fc.option(fc.record({ code: fc.constant('agent_failed' as const), message: columnText })),
  diff: fc.option(fc.record({ files: fc.nat(), additions: fc.nat(), deletions: fc.nat() })),
  usage: fc.option(fc.record({ inputTokens: fc.nat() })),
  continues: fc.option(turnId),
});

export const permission: fc.Arbitrary<Permission> = fc.record({
  id: fc.constantFrom('prm_00000001', 'prm_00000002'),
  chatId: fc.constant(CHAT),
  turnId,
  agent,
  kind: fc.constantFrom('permission' as const, 'question' as const),
  state: fc.constantFrom('pending' as const, 'answered' as const, 'cancelled' as const),
  title: columnText,
  toolCall: fc.option(toolSnapshot),
  options: fc.constant([]),
  fields: fc.constant([]),
  url: fc.option(columnText),
  subject: fc.constant(null),
  always: fc.constantFrom([], [{ action: 'allow' as const, command: 'ls *' }]),
  deadlineAt: fc.option(time),
  answer: fc.constantFrom(null, { optionId: 'yes' }),
  answeredBy: fc.option(columnText),
  decision: fc.constantFrom(null, { by: 'user' as const }),
  createdAt: time,
  answeredAt: fc.option(time),
});

const chat = fc.record({
  id: fc.constant(CHAT),
  sessionId: fc.constant('ses_00000001'),
  title: columnText,
  agent,
  activity: fc.constantFrom('idle' as const, 'running' as const, 'needs_you' as const),
  lastTurnState: fc.constantFrom('completed' as const, null),
  lastLine: columnText,
  unseen: fc.boolean(),
  runningSince: fc.option(time),
  createdAt: time,
  updatedAt: time,
});

const agentSession = fc.record({
  chatId: fc.constant(CHAT),
  agent,
  backend: fc.constantFrom('opencode_server' as const, 'acp_warm' as const),
  agentSessionId: fc.option(columnText),
  serverPort: fc.option(fc.nat(65_535)),
  pinned: fc.boolean(),
  lastUsedAt: fc.option(time),
  worktreeId: fc.option(columnText),
  state: fc.constantFrom('cold' as const, 'ready' as const, 'busy' as const),
  why: columnText,
  continuity: fc.constantFrom('live' as const, 'recap' as const, null),
  updatedAt: time,
});

/** Events about rows: what a frame says of them is what their table holds. */
export const entityEvent: fc.Arbitrary<ChatFrameEvent> = fc.oneof(
  chat.map((chat) => ({ type: 'chat' as const, chat })),
  turn.map((turn) => ({ type: 'turn' as const, turn })),
  turnId.map((id) => ({ type: 'turn_removed' as const, turnId: id })),
  permission.map((permission) => ({ type: 'permission' as const, permission })),
  agentSession.map((agentSession) => ({ type: 'agent_session' as const, agentSession })),
);

export interface ChatStep {
  messageId: string | null;
  event: ChatFrameEvent;
}

/** What happens in a chat, without its place in the topic. */
export const chatStep: fc.Arbitrary<ChatStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ messageId, event: partEvent }) },
  {
    weight: 2,
    arbitrary: message.map((message) => ({
      messageId: message.id,
      event: { type: 'message' as const, message },
    })),
  },
  { weight: 1, arbitrary: factEvent.map((event) => ({ messageId: null, event })) },
  { weight: 2, arbitrary: entityEvent.map((event) => ({ messageId: null, event })) },
);

/** A chat's topic from its first frame. */
export const chatFrames: fc.Arbitrary<ChatFrame[]> = fc.array(chatStep, { maxLength: 40 }).map((steps) =>
  steps.map(({ messageId, event }, index) => ({
    seq: index + 1,
    at: 1000 + index,
    chat_id: CHAT,
    message_id: messageId,
    event,
  })),
);

const projectId = fc.constantFrom('prj_00000001', 'prj_00000002');
const sessionId = fc.constantFrom('ses_00000001', 'ses_00000002', 'ses_00000003');
const chatId = fc.constantFrom(CHAT, 'cht_00000002', 'cht_00000003');

const comparisonId = fc.constantFrom('cmp_00000001', 'cmp_00000002');
const template = {
  content: [{ type: 'text' as const, text: 'tidy up' }],
  inPlace: false,
  priority: 'normal' as const,
  retries: 3,
};

function taskOf(chat: string, projectId: string, sessionId: string, comparisonId: string): Task {
  return {
    id: `tsk_${chat}`,
    projectId,
    title: '',
    text: '',
    agent: 'alpha',
    model: null,
    base: null,
    inPlace: false,
    mode: null,
    state: 'running',
    priority: 'normal',
    timeLimitMs: null,
    budget: null,
    retries: 0,
    failedStarts: 0,
    retryAt: null,
    sessionId,
    chatId: chat,
    turnId: 'trn_00000001',
    comparisonId,
    origin: { type: 'user' },
    createdAt: 0,
    startedAt: 0,
    endedAt: null,
    error: null,
    result: null,
    webhook: null,
  };
}

/** Events of the index topic, over a few ids so that removals hit. */
export const indexEvent: fc.Arbitrary<IndexFrameEvent> = fc.oneof(
  projectId.map((id) => ({
    type: 'project' as const,
    project: { id, name: id, path: `/${id}`, kind: 'git' as const, createdAt: 0 },
  })),
  fc.tuple(sessionId, projectId, word).map(([id, project, title]) => ({
    type: 'session' as const,
    session: {
      id,
      projectId: project,
      title,
      inPlace: true,
      base: null,
      worktree: null,
      diff: null,
      createdAt: 0,
      archivedAt: null,
    },
  })),
  fc.tuple(chat, chatId, sessionId).map(([made, id, session]) => ({
    type: 'chat' as const,
    chat: { ...made, id, sessionId: session },
  })),
  fc.tuple(agentSession, chatId).map(([row, id]) => ({
    type: 'agent_session' as const,
    agentSession: { ...row, chatId: id },
  })),
  fc.tuple(projectId, sessionId, chatId, comparisonId).map(([project, session, id, comparison]) => ({
    type: 'task' as const,
    task: taskOf(id, project, session, comparison),
  })),
  chatId.map((id) => ({ type: 'task_removed' as const, taskId: `tsk_${id}` })),
  fc.tuple(projectId, comparisonId).map(([project, id]) => ({
    type: 'comparison' as const,
    comparison: {
      id,
      projectId: project,
      title: '',
      baseCommit: null,
      taskIds: [`tsk_${CHAT}`],
      keptTaskId: null,
      createdAt: 0,
    },
  })),
  comparisonId.map((id) => ({ type: 'comparison_removed' as const, comparisonId: id })),
  projectId.map((project) => ({
    type: 'trigger' as const,
    trigger: {
      id: 'trg_00000001',
      projectId: project,
      name: 'new',
      enabled: true,
      task: template,
      lastUsedAt: null,
      lastTaskId: null,
      createdAt: 0,
    },
  })),
  fc.constant({ type: 'trigger_removed' as const, triggerId: 'trg_00000001' }),
  projectId.map((project) => ({
    type: 'schedule' as const,
    schedule: {
      id: 'sch_00000001',
      projectId: project,
      name: 'nightly',
      cron: '@daily',
      timeZone: 'UTC',
      enabled: true,
      overlap: 'skip' as const,
      missed: 'skip' as const,
      task: template,
      nextAt: null,
      last: null,
      createdAt: 0,
    },
  })),
  fc.constant({ type: 'schedule_removed' as const, scheduleId: 'sch_00000001' }),
  fc.tuple(permission, chatId).map(([asked, id]) => ({
    type: 'permission' as const,
    permission: { ...asked, chatId: id },
  })),
  projectId.map((id) => ({ type: 'project_removed' as const, projectId: id })),
  sessionId.map((id) => ({ type: 'session_removed' as const, sessionId: id })),
  chatId.map((id) => ({ type: 'chat_removed' as const, chatId: id })),
);
