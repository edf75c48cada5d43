import { describe, expect, test } from 'vitest';
import type { ConversationItem, ModelRequest, ToolOffer } from './model-request.ts';
import { finalText, planAnswer } from './plan-answer.ts';

function tool(name: string, properties: object, freeform = false): ToolOffer {
  return { name, schema: { type: 'object', properties, required: Object.keys(properties) }, freeform };
}

const string = { type: 'string' };
const SHELL = tool('exec_command', {
  cmd: string,
  workdir: string,
  sandbox_permissions: string,
  justification: string,
});
const WRITE = tool('write_file', { file_path: string, content: string });

function request(items: readonly ConversationItem[], tools: readonly ToolOffer[]): ModelRequest {
  return { model: 'm', stream: true, items, tools, reasoning: true, images: [], effort: null };
}

function user(text: string): ConversationItem {
  return { role: 'user', text };
}

function argsOf(prompt: string, ...tools: ToolOffer[]): object | undefined {
  const { plan } = planAnswer(request([user(prompt)], tools));
  return plan.kind === 'error' ? undefined : plan.use?.args;
}

describe('the script', () => {
  test('is that of the last user message with a marker', () => {
    const items = [
      user('[[error 500]]'),
      { role: 'assistant', text: 'ok' } as const,
      user('[[text tag=b]]'),
      user('Mind the rules.'),
    ];
    const planned = planAnswer(request(items, [SHELL]));
    expect(planned).toMatchObject({ plan: { kind: 'text' }, marker: { name: 'text', tag: 'b' } });
  });

  test('is plain text without any marker', () => {
    const { plan, marker } = planAnswer(request([user('Hello')], [SHELL]));
    expect(marker).toBeNull();
    expect(plan).toMatchObject({ kind: 'text', text: ['Finished ', 'x', '.'] });
  });

  test('runs tool markers in order, then the text marker among them', () => {
    const prompt = user('[[shell tag=a]] then [[write tag=b]] then [[hold gate]]');
    const result: ConversationItem = { role: 'tool', text: 'done' };
    const planOf = (...since: ConversationItem[]) =>
      planAnswer(request([prompt, ...since], [SHELL, WRITE])).plan;
    expect(planOf()).toMatchObject({ kind: 'tool', use: { tool: { name: 'exec_command' } } });
    expect(planOf(result)).toMatchObject({ kind: 'tool', use: { tool: { name: 'write_file' } } });
    expect(planOf(result, result)).toMatchObject({ kind: 'text', hold: 'gate' });
  });

  test('is over once it was answered, for a question about the finished turn', () => {
    const items = [
      user('[[error 500]]'),
      { role: 'assistant', text: 'Failed' } as const,
      user('Suggest a next step.'),
    ];
    expect(planAnswer(request(items, [SHELL])).plan).toMatchObject({ kind: 'text' });
  });

  test('counts a marker that the agent quotes twice once', () => {
    const items = [user('[[shell tag=a]] [[shell tag=a]]'), { role: 'tool', text: 'done' } as const];
    expect(planAnswer(request(items, [SHELL])).plan).toMatchObject({ kind: 'text' });
  });

  test('says which tool is missing', () => {
    const { plan } = planAnswer(request([user('[[write]]')], [SHELL]));
    expect(plan).toMatchObject({ kind: 'text', text: ['No write tool among: ', 'exec_command'] });
  });

  test('ends with the text that the tests expect', () => {
    const { plan } = planAnswer(request([user('[[text tag=q]]')], [SHELL]));
    expect(plan.kind === 'error' ? '' : plan.text.join('')).toBe(finalText('q'));
  });
});

describe('the arguments', () => {
  test('fill required properties, and ask to leave a sandbox only when told', () => {
    const plain = argsOf('[[shell tag=a cwd=/w]]', SHELL);
    expect(plain).toMatchObject({ cmd: 'echo ran-a > /w/proof-a.txt && cat /w/proof-a.txt', workdir: '/w' });
    expect(plain).not.toMatchObject({ sandbox_permissions: 'require_escalated' });
    expect(argsOf('[[shell ask]]', SHELL)).toMatchObject({ sandbox_permissions: 'require_escalated' });
  });

  test('quote a path with spaces for the shell', () => {
    const args = argsOf('[[shell tag=a cwd="/my work"]]', SHELL);
    expect(args).toMatchObject({ cmd: `echo ran-a > '/my work/proof-a.txt' && cat '/my work/proof-a.txt'` });
  });

  test('are an argument vector where the tool wants one', () => {
    const vector = tool('shell', { command: { type: 'array', items: string } });
    expect(argsOf('[[slow-tool 3 tag=a cwd=/w]]', vector)).toEqual({
      command: ['bash', '-lc', 'echo $$ > /w/slow-a.pid; sleep 3; echo finished-a > /w/slow-a.txt'],
    });
  });

  test('write a file by path and content, or by a patch', () => {
    expect(argsOf('[[write tag=a cwd=/w]]', WRITE)).toEqual({
      file_path: '/w/written-a.txt',
      content: 'written a\n',
    });
    const { plan } = planAnswer(request([user('[[write tag=a cwd=/w]]')], [tool('apply_patch', {}, true)]));
    expect(plan).toMatchObject({
      use: { freeform: '*** Begin Patch\n*** Add File: /w/written-a.txt\n+written a\n*** End Patch' },
    });
  });

  test('read with the shell where there is no tool for reading', () => {
    expect(argsOf('[[read notes.md cwd=/w]]', SHELL)).toMatchObject({ cmd: 'cat /w/notes.md' });
    expect(argsOf('[[read cwd=/w]]', tool('read_file', { absolute_path: string }))).toEqual({
      absolute_path: '/w/README.md',
    });
  });
});
