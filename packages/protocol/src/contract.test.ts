import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  AcpToolSnapshot,
  AgentBackend,
  AgentBackendKind,
  AgentCommand,
  AgentEvent,
  AgentSessionHandle,
  EnsureSessionOpts,
  ErrorInfo,
  PromptCtx,
  PromptInput,
  ToolContent,
  ToolKind,
  ToolLocation,
  ToolStatus,
  TurnResult,
} from './index.ts';

/**
 * Names and shapes that others build on. `tsc` fails here when one changes; what is added beside them is free.
 */
type Event<T extends AgentEvent['type']> = Extract<AgentEvent, { type: T }>;

describe('the contract of a backend', () => {
  it('knows two kinds of backends', () => {
    expectTypeOf<AgentBackendKind>().toEqualTypeOf<'opencode_server' | 'acp_warm'>();
    // Every kind once: an added one makes this object incomplete.
    const kinds: Record<AgentBackendKind, true> = { opencode_server: true, acp_warm: true };
    expect(Object.keys(kinds)).toEqual(['opencode_server', 'acp_warm']);
  });

  it('has the five fixed events', () => {
    expectTypeOf<Event<'text'>>().toEqualTypeOf<{ type: 'text'; text: string }>();
    expectTypeOf<Event<'reasoning'>>().toEqualTypeOf<{ type: 'reasoning'; text: string }>();
    expectTypeOf<Event<'tool_call'>>().toEqualTypeOf<{ type: 'tool_call'; toolCall: AcpToolSnapshot }>();
    expectTypeOf<Event<'tool_update'>>().toEqualTypeOf<{ type: 'tool_update'; toolCall: AcpToolSnapshot }>();
    expectTypeOf<Event<'commands'>>().toEqualTypeOf<{ type: 'commands'; commands: AgentCommand[] }>();
    const fixed: AgentEvent['type'][] = ['text', 'reasoning', 'tool_call', 'tool_update', 'commands'];
    expect(fixed).toHaveLength(5);
  });

  it('describes tool calls and commands', () => {
    expectTypeOf<AcpToolSnapshot>().toEqualTypeOf<{
      id: string;
      title: string;
      kind: ToolKind;
      status: ToolStatus;
      content: ToolContent[];
      locations: ToolLocation[];
      rawInput?: unknown;
      rawOutput?: unknown;
      parentToolCallId: string | null;
    }>();
    expectTypeOf<AgentCommand>().toEqualTypeOf<{
      name: string;
      description: string;
      input?: { hint: string } | null | undefined;
    }>();
    const bare: AgentCommand = { name: 'compact', description: '' };
    expect(bare.input).toBeUndefined();
  });

  it('opens a session with these words', () => {
    expectTypeOf<EnsureSessionOpts>().toEqualTypeOf<{
      agent: string;
      model: string | null;
      chatId: string;
      worktreePath: string;
      worktreeId: string | null;
      projectId: string;
    }>();
    expectTypeOf<AgentSessionHandle>().toEqualTypeOf<{
      sessionId: string;
      agent: string;
      backend: AgentBackendKind;
      chatId: string;
      worktreeId: string | null;
      agentSessionId: string | null;
      serverPort: number | null;
    }>();
    const handle: AgentSessionHandle = {
      sessionId: 'ses_1',
      agent: 'demo',
      backend: 'acp_warm',
      chatId: 'cht_1',
      worktreeId: null,
      agentSessionId: null,
      serverPort: null,
    };
    // Persisted: it must be the same after JSON.
    expect(JSON.parse(JSON.stringify(handle))).toEqual(handle);
  });

  it('gives a prompt its context and takes its result', () => {
    expectTypeOf<Pick<PromptCtx, 'worktreePath' | 'model' | 'signal'>>().toEqualTypeOf<{
      worktreePath: string;
      model: string | null;
      signal: AbortSignal;
    }>();
    expectTypeOf<PromptCtx['onEvent']>().toEqualTypeOf<(event: AgentEvent) => void>();
    expectTypeOf<TurnResult>().toEqualTypeOf<{ ok: boolean; error?: ErrorInfo }>();
    const context: PromptCtx = {
      worktreePath: '/work',
      model: null,
      signal: new AbortController().signal,
      onEvent: () => {},
    };
    // Nothing else is required of whoever runs a prompt.
    expect(Object.keys(context)).toHaveLength(4);
  });

  it('asks six members of a backend', () => {
    expectTypeOf<AgentBackend['kind']>().toEqualTypeOf<AgentBackendKind>();
    expectTypeOf<AgentBackend['ensureSession']>().toEqualTypeOf<
      (sessionId: string, opts: EnsureSessionOpts) => Promise<AgentSessionHandle>
    >();
    expectTypeOf<AgentBackend['prompt']>().toEqualTypeOf<
      (handle: AgentSessionHandle, input: PromptInput, ctx: PromptCtx) => Promise<TurnResult>
    >();
    expectTypeOf<AgentBackend['closeSession']>().toEqualTypeOf<
      (handle: AgentSessionHandle) => Promise<void>
    >();
    expectTypeOf<AgentBackend['dispose']>().toEqualTypeOf<() => Promise<void>>();
    expectTypeOf<AgentBackend['health']>().toEqualTypeOf<() => 'up' | 'down'>();
    const smallest: AgentBackend = {
      kind: 'acp_warm',
      ensureSession: () => Promise.reject(new Error('not started')),
      prompt: () => Promise.resolve({ ok: true }),
      closeSession: () => Promise.resolve(),
      dispose: () => Promise.resolve(),
      health: () => 'up',
    };
    expect(Object.keys(smallest)).toHaveLength(6);
  });
});
