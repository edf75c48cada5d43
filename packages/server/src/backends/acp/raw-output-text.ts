import { isToolEnded, type AcpToolSnapshot } from '@pilotlight/protocol';
import { asList, asObject, asString } from './raw-values.ts';

/** Where agents put the words of a result, best first. */
const FIELDS = ['result', 'output', 'content', 'text', 'error'];
/** Characters shown; the beginning goes first, as of a terminal. */
const limit = 1024 * 1024;

/**
 * The call as it is shown: some agents give the output of an ended call as raw output only, which nobody sees, so what is
 * text in it becomes its content.
 */
export function withRawOutput(tool: AcpToolSnapshot): AcpToolSnapshot {
  if (tool.content.length > 0 || !isToolEnded(tool.status)) return tool;
  const text = textOf(tool.rawOutput).slice(-limit);
  return text === '' ? tool : { ...tool, content: [{ type: 'content', content: { type: 'text', text } }] };
}

function textOf(raw: unknown): string {
  const list = asList(raw);
  if (list !== null) return list.map(textOf).filter(Boolean).join('\n');
  const object = asObject(raw);
  if (object === null) return asString(raw) ?? '';
  return FIELDS.map((field) => asString(object[field])).find(Boolean) ?? '';
}
