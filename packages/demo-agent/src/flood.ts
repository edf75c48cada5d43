import { setImmediate as tick } from 'node:timers/promises';
import type { SessionUpdate } from './acp-types.ts';
import { number } from './command-arguments.ts';
import { invalidParams } from './rpc-error.ts';
import { toolText, type Turn } from './turn.ts';

/** Updates between two looks at the input, where a cancel may wait. */
const slice = 256;
/** Characters that the tool's output grows to before its first lines are dropped. */
const outputLimit = 8 * 1024;

/** `/flood`: many updates at full speed. It must be cheap for the agent, since it measures who reads them. */
export async function flood(turn: Turn, argument: string): Promise<void> {
  const [size = '', kind = 'text'] = argument.trim().split(/\s+/);
  const total = number(size, 'flood');
  if (!['text', 'tool', 'mixed'].includes(kind))
    throw invalidParams('demo agent: /flood knows text, tool and mixed');
  const tool = kind === 'text' ? null : await turn.startTool({ title: 'Flood', kind: 'other' });
  const output = tool === null ? null : new FloodOutput(tool);
  for (let n = 1; n <= total; n++) {
    if (output !== null && (kind === 'tool' || n % 2 === 0)) {
      output.add(n);
      await turn.emit(output.update, output.json);
    } else await turn.say(`chunk ${String(n).padStart(12)} \n`);
    if (n % slice === 0) await tick(undefined, { signal: turn.signal });
  }
  if (output !== null)
    await turn.updateTool(output.toolCallId, { status: 'completed', content: [toolText(output.text)] });
}

/** The output of the flooding tool, whole in every update. Its JSON grows with it: each line is encoded once. */
class FloodOutput {
  readonly toolCallId: string;
  text = '';
  #encoded = '';
  readonly #head: string;
  readonly #tail: string;

  constructor(toolCallId: string) {
    this.toolCallId = toolCallId;
    const [head = '', tail = ''] = JSON.stringify(this.update).split('""');
    this.#head = `${head}"`;
    this.#tail = `"${tail}`;
  }

  add(n: number): void {
    this.text += `line ${n} of output\n`;
    this.#encoded += `line ${n} of output\\n`;
    while (this.text.length > outputLimit) {
      this.text = this.text.slice(this.text.indexOf('\n') + 1);
      this.#encoded = this.#encoded.slice(this.#encoded.indexOf('\\n') + 2);
    }
  }

  get update(): SessionUpdate {
    return {
      sessionUpdate: 'tool_call_update',
      toolCallId: this.toolCallId,
      status: 'in_progress',
      content: [toolText(this.text)],
    };
  }

  /** Of the update. */
  get json(): string {
    return this.#head + this.#encoded + this.#tail;
  }
}
