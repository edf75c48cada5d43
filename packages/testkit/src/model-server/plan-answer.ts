// Decides what to answer, from what the request says and never from how many requests came before: agents send
// requests of their own for titles, routing and reviews, retry, and run several conversations at once.
import { jsonFromSchema } from './json-from-schema.ts';
import { findMarkers, type Marker } from './marker.ts';
import type { ConversationItem, ModelRequest } from './model-request.ts';
import { chooseTool, type ToolIntent, type ToolUse } from './tool-use.ts';

/** What the server answers to one request. */
export type AnswerPlan =
  | {
      readonly kind: 'error';
      readonly status: number;
      /** seconds after which the client may try again */
      readonly retryAfter?: number;
    }
  | {
      /** `json` conforms to the asked schema; `aside` answers a request without tools, such as one for a title. */
      readonly kind: 'json' | 'aside' | 'text' | 'tool';
      readonly reasoning: readonly string[];
      readonly text: readonly string[];
      readonly use?: ToolUse;
      /** Milliseconds between chunks; the server's own pace when absent. */
      readonly delayMs?: number;
      /** Wait for the release of this name after the first text chunk. */
      readonly hold?: string;
      /** The connection breaks after the first text chunk. */
      readonly cut?: boolean;
    };

/** A plan with the marker that chose it, and how far its script has come. */
export interface PlannedAnswer {
  readonly plan: AnswerPlan;
  readonly marker: Marker | null;
  /** Tool results in the conversation since the marker. */
  readonly toolResults: number;
  /** The script was over before: the agent asks once more, with its history, for something of its own. */
  readonly isAfterwards: boolean;
}

/** The text that answers a request without tools; agents use it as the conversation's title. */
export const ASIDE_TEXT = 'Scripted conversation';

/** The text that ends a script with this tag. */
export function finalText(tag: string): string {
  return `Finished ${tag}.`;
}

/** The text of `[[text n]]`: n chunks, each one word and a space. */
export function longText(chunks: number): string {
  return longChunks(chunks).join('');
}

/**
 * The answer to a request. The script is that of the last user message with a marker; several tool markers run in order.
 * `failed`: how often the script of a marker has failed before.
 */
export function planAnswer(
  request: ModelRequest,
  failed: (marker: Marker) => number = () => 0,
): PlannedAnswer {
  const index = request.items.findLastIndex(
    (item) => item.role === 'user' && findMarkers(item.text).length > 0,
  );
  const markers = findMarkers(request.items[index]?.text ?? '');
  const since = index < 0 ? [] : request.items.slice(index + 1);
  const toolResults = since.filter((item) => item.role === 'tool').length;
  const steps = markers.filter(isToolMarker);
  const ending = markers.findLast((marker) => !isToolMarker(marker));
  const marker = steps[toolResults] ?? ending ?? steps.at(-1) ?? null;
  return {
    plan: choosePlan(request, steps[toolResults], withoutSpent(ending, failed), marker, since),
    marker,
    toolResults,
    isAfterwards: isAnswered(since),
  };
}

/** A script that has failed often enough ends with its final text. */
function withoutSpent(ending: Marker | undefined, failed: (marker: Marker) => number): Marker | null {
  if (ending === undefined) return null;
  return ending.times !== undefined && failed(ending) >= ending.times ? null : ending;
}

function choosePlan(
  request: ModelRequest,
  step: Marker | undefined,
  ending: Marker | null,
  marker: Marker | null,
  since: readonly ConversationItem[],
): AnswerPlan {
  if (request.jsonSchema !== undefined) {
    return { kind: 'json', reasoning: [], text: [JSON.stringify(jsonFromSchema(request.jsonSchema))] };
  }
  if (request.tools.length === 0) return { kind: 'aside', reasoning: [], text: [ASIDE_TEXT] };
  if (step !== undefined) return planToolCall(request, step);
  if (ending !== null && !isAnswered(since)) return planEnding(ending);
  return planFinalText(marker?.tag ?? 'x');
}

/** Whether the turn of the marker is over: some agents send its history once more, with a question about it at the end. */
function isAnswered(since: readonly ConversationItem[]): boolean {
  const spoken = since.findLastIndex((item) => item.role === 'assistant' && item.text !== '');
  const asked = since.findLastIndex((item) => item.role === 'user');
  const tools = since.findLastIndex((item) => item.role === 'tool');
  return spoken >= 0 && spoken < asked && spoken > tools;
}

function isToolMarker(marker: Marker): boolean {
  return ['shell', 'steps', 'slow-tool', 'write', 'read', 'plan', 'mcp', 'agent'].includes(marker.name);
}

function planToolCall(request: ModelRequest, marker: Marker): AnswerPlan {
  const intent = toolIntent(marker);
  const use = chooseTool(request.tools, intent) ?? chooseTool(request.tools, shellInstead(intent));
  if (use === undefined) {
    const names = request.tools.map((tool) => tool.name).join(', ');
    return { kind: 'text', reasoning: [], text: [`No ${intent.kind} tool among: `, names] };
  }
  const pace = marker.delayMs === undefined ? {} : { delayMs: marker.delayMs };
  return {
    kind: 'tool',
    reasoning: ['This needs ', 'a tool. '],
    text: ['I will ', 'use ', 'a tool.'],
    use,
    ...pace,
  };
}

/** An agent without a tool for reading reads with its shell. */
function shellInstead(intent: ToolIntent): ToolIntent {
  if (intent.kind !== 'read') return intent;
  return { kind: 'shell', command: `cat ${quote(intent.path)}`, cwd: intent.cwd, escalate: false };
}

function planEnding(marker: Marker): AnswerPlan {
  const pace = marker.delayMs === undefined ? {} : { delayMs: marker.delayMs };
  switch (marker.name) {
    case 'error':
      return {
        kind: 'error',
        status: Number(marker.words[0] ?? 500),
        ...(marker.retryAfter === undefined ? {} : { retryAfter: marker.retryAfter }),
      };
    case 'cut':
      return { ...planFinalText(marker.tag), text: ['Begun, ', 'never ended.'], cut: true, ...pace };
    case 'hold':
      return {
        ...planFinalText(marker.tag),
        text: ['Holding. ', finalText(marker.tag)],
        hold: marker.words[0] ?? marker.tag,
        ...pace,
      };
    case 'slow':
      return {
        kind: 'text',
        reasoning: ['Taking time. '],
        text: Array.from({ length: Number(marker.words[0] ?? 150) }, (_, index) => `tick${index} `),
        delayMs: marker.delayMs ?? 200,
      };
    default:
      if (marker.words[0] === undefined) return { ...planFinalText(marker.tag), ...pace };
      return { kind: 'text', reasoning: [], text: longChunks(Number(marker.words[0])), ...pace };
  }
}

function planFinalText(tag: string): Extract<AnswerPlan, { text: readonly string[] }> {
  return { kind: 'text', reasoning: ['Thinking ', 'it over. '], text: ['Finished ', tag, '.'] };
}

function longChunks(chunks: number): string[] {
  return Array.from({ length: chunks }, (_, index) => `word${index} `);
}

function toolIntent(marker: Marker): ToolIntent {
  const { cwd, tag } = marker;
  if (marker.name === 'write')
    return { kind: 'write', path: `${cwd}/written-${tag}.txt`, content: `written ${tag}\n`, cwd };
  if (marker.name === 'plan') return { kind: 'plan', steps: planSteps(tag), cwd };
  if (marker.name === 'agent')
    return { kind: 'agent', prompt: `Read it. [[read tag=${tag} cwd="${cwd}"]]`, cwd };
  if (marker.name === 'mcp') return { kind: 'mcp', tool: marker.words[0] ?? '', text: tag, cwd };
  if (marker.name === 'read') return { kind: 'read', path: `${cwd}/${marker.words[0] ?? 'README.md'}`, cwd };
  const commands = { steps: stepsCommand, 'slow-tool': slowCommand };
  const command = (commands[marker.name as keyof typeof commands] ?? shellCommand)(marker);
  return { kind: 'shell', command, cwd, escalate: marker.words.includes('ask') };
}

/** Writes `ran-<tag>` to `proof-<tag>.txt` and prints it. */
function shellCommand({ cwd, tag }: Marker): string {
  const proof = quote(`${cwd}/proof-${tag}.txt`);
  return `echo ran-${tag} > ${proof} && cat ${proof}`;
}

/** Prints `step-1-<tag>`, `step-2-<tag>` and so on, one in the time of the marker's first number in seconds (1), three in all. */
function stepsCommand({ tag, words }: Marker): string {
  const seconds = words.find((word) => /^[\d.]+$/.test(word)) ?? '1';
  return `for i in 1 2 3; do echo step-$i-${tag}; sleep ${seconds}; done`;
}

/** The steps of `[[plan]]`: the first is being worked on. */
export function planSteps(tag: string): string[] {
  return [`First ${tag}`, `Second ${tag}`];
}

/** Leaves its shell's pid in `slow-<tag>.pid`, runs for the marker's first number in seconds, then writes `slow-<tag>.txt`. */
function slowCommand({ cwd, tag, words }: Marker): string {
  const seconds = words.find((word) => /^\d+$/.test(word)) ?? '60';
  const [pid, end] = [quote(`${cwd}/slow-${tag}.pid`), quote(`${cwd}/slow-${tag}.txt`)];
  return `echo $$ > ${pid}; sleep ${seconds}; echo finished-${tag} > ${end}`;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
