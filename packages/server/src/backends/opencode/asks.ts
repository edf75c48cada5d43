import type {
  AcpToolSnapshot,
  PermissionAbout,
  PermissionOption,
  PermissionOutcome,
  PermissionRequest,
  QuestionOutcome,
  QuestionRequest,
} from '@pilotlight/protocol';
import { emptyToolSnapshot } from '@pilotlight/protocol';
import { patchDiffs, toolKind } from './tool-snapshot.ts';
import { asObject, asString, type WirePermission, type WireQuestion } from './wire.ts';

/** opencode offers the same three to every permission; `always` holds for the directory until the server ends. */
const OPTIONS: PermissionOption[] = [
  { optionId: 'once', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'always', name: 'Always allow', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

/** A permission as it is put to the user. `tool`: the call it is about, as far as it is known. */
export function permissionRequest(ask: WirePermission, tool: AcpToolSnapshot | undefined): PermissionRequest {
  const always = ask.always ?? [];
  const options = OPTIONS.map((option) =>
    option.optionId === 'always' && always.length > 0
      ? { ...option, name: `Always allow ${always.join(', ')}` }
      : option,
  );
  const base = tool ?? { ...emptyToolSnapshot(ask.id), kind: 'other' };
  return { toolCall: describedBy(ask, base), options, about: aboutOf(ask, base) };
}

/** What is asked for, which may be less or other than what the tool does: one folder that a command reaches into. */
function aboutOf(ask: WirePermission, tool: AcpToolSnapshot): PermissionAbout {
  const { metadata = {}, patterns = [], permission = '' } = ask;
  const path = asString(metadata['filepath']);
  const kind = toolKind(permission);
  if (kind === 'execute') {
    const command = asString(metadata['command']) || asString(asObject(tool.rawInput)['command']);
    return { kind, commands: command === '' ? patterns : [command], paths: [] };
  }
  if (permission === 'external_directory') {
    const files = path === '' ? patterns.map((pattern) => pattern.replace(/\/\*$/, '')) : [path];
    // A command that reaches there is asked for by itself; this is only where to.
    return { kind: tool.kind === 'execute' ? 'other' : tool.kind, commands: [], paths: files };
  }
  const touches = kind === 'edit' || kind === 'read';
  return { kind, commands: [], paths: touches ? (path === '' ? patterns : [path]) : [] };
}

/** The call with what the ask says beyond it: the tool part often shows its input later than the ask comes. */
function describedBy(ask: WirePermission, tool: AcpToolSnapshot): AcpToolSnapshot {
  const { metadata = {}, patterns = [], permission = '' } = ask;
  const command = asString(metadata['command']);
  const path = asString(metadata['filepath']);
  const subject = command || path || patterns.join(', ');
  const plain =
    tool.rawInput === undefined || permission === 'external_directory' || permission === 'doom_loop';
  const diffs = tool.content.length > 0 ? [] : patchDiffs(path, asString(metadata['diff']));
  return {
    ...tool,
    title: plain ? [permission, subject].filter(Boolean).join(': ') : tool.title,
    ...(diffs.length === 0 ? {} : { content: diffs }),
    ...(tool.locations.length > 0 || path === '' ? {} : { locations: [{ path }] }),
    ...(tool.rawInput === undefined ? { rawInput: { permission, patterns, ...metadata } } : {}),
  };
}

/** The body of the reply; null when the user did not answer. */
export function permissionReply(outcome: PermissionOutcome): { reply: string; message?: string } | null {
  if (outcome.outcome !== 'selected') return null;
  const known = OPTIONS.some((option) => option.optionId === outcome.optionId);
  const reply = known ? outcome.optionId : 'reject';
  // Only with words of the user's does the agent go on after a refusal.
  return reply === 'reject' && outcome.message !== undefined && outcome.message !== ''
    ? { reply, message: outcome.message }
    : { reply };
}

export function questionRequest(ask: WireQuestion, tool: AcpToolSnapshot | undefined): QuestionRequest {
  const questions = ask.questions ?? [];
  const fields = questions.map((question, index) => ({
    id: String(index),
    title: question.header ?? `Question ${index + 1}`,
    question: question.question ?? '',
    choices: (question.options ?? []).map(({ label = '', description }) => ({
      value: label,
      label,
      ...(description === undefined || description === '' ? {} : { description }),
    })),
    multiple: question.multiple === true,
    custom: question.custom !== false,
    required: true,
  }));
  const message = fields.length === 1 ? (fields[0]?.question ?? '') : `${fields.length} questions`;
  return { message, fields, toolCallId: tool?.id ?? null };
}

/** One list of answers for each question, in order; null when the user did not answer. */
export function questionAnswers(ask: WireQuestion, outcome: QuestionOutcome): string[][] | null {
  if (outcome.action !== 'accept') return null;
  return (ask.questions ?? []).map((_question, index) => outcome.answers[String(index)] ?? []);
}
