import { jsonFromSchema, schemaType } from './json-from-schema.ts';
import { asArray, asObject, type JsonObject } from './loose-json.ts';
import type { ToolOffer } from './model-request.ts';

/** What the script wants done, before it is known which tool of which agent does it. */
export type ToolIntent =
  | { readonly kind: 'shell'; readonly command: string; readonly cwd: string; readonly escalate: boolean }
  | { readonly kind: 'write'; readonly path: string; readonly content: string; readonly cwd: string }
  | { readonly kind: 'read'; readonly path: string; readonly cwd: string }
  | { readonly kind: 'agent'; readonly prompt: string; readonly cwd: string }
  | { readonly kind: 'plan'; readonly steps: readonly string[]; readonly cwd: string }
  /** a tool by the end of its name: agents put the name of its MCP server before it, each in its own way */
  | { readonly kind: 'mcp'; readonly tool: string; readonly text: string; readonly cwd: string };

/** A call of one offered tool: JSON arguments, or one text for a freeform tool. */
export interface ToolUse {
  readonly tool: ToolOffer;
  readonly args: JsonObject;
  readonly freeform: string | undefined;
}

/** The names agents give to the tool of each kind, best first. */
const TOOL_NAMES: Record<Exclude<ToolIntent['kind'], 'mcp'>, readonly string[]> = {
  shell: [
    'bash',
    'Bash',
    'shell',
    'run_shell_command',
    'exec_command',
    'shell_command',
    'run_command',
    'run_commands',
    'execute',
  ],
  write: ['write', 'Write', 'write_file', 'create_file', 'apply_patch', 'create', 'edit'],
  read: ['read', 'Read', 'read_file', 'read_files', 'view'],
  agent: ['task', 'Task', 'Agent', 'agent', 'spawn_agent'],
  plan: ['todowrite', 'TodoWrite', 'todo_write', 'write_todos', 'update_plan', 'update_todo'],
};

/** The call that fulfils an intent with the tools on offer; undefined when none of them can. */
export function chooseTool(tools: readonly ToolOffer[], intent: ToolIntent): ToolUse | undefined {
  const tool =
    intent.kind === 'mcp'
      ? tools.find((offer) => offer.name.endsWith(intent.tool))
      : TOOL_NAMES[intent.kind].map((name) => tools.find((offer) => offer.name === name)).find(Boolean);
  if (tool === undefined) return undefined;
  return {
    tool,
    args: buildArguments(tool, intent),
    freeform: tool.freeform ? freeformText(intent) : undefined,
  };
}

/** Arguments for a tool whose schema is only known now: by the names of its properties, the rest filled where required. */
export function buildArguments(tool: ToolOffer, intent: ToolIntent): JsonObject {
  const properties = asObject(tool.schema['properties']);
  const required = new Set(
    tool.schema['required'] === undefined ? Object.keys(properties) : asArray(tool.schema['required']),
  );
  const args: JsonObject = {};
  for (const [name, property] of Object.entries(properties)) {
    const schema = asObject(property);
    const value = meantValue(name.toLowerCase(), schema, intent, tool.name);
    if (value !== undefined) args[name] = value;
    else if (required.has(name)) args[name] = fillerValue(name.toLowerCase(), schema, intent);
  }
  return args;
}

/** The value of a property that the intent is about; undefined when the intent says nothing on it. */
function meantValue(name: string, schema: JsonObject, intent: ToolIntent, tool: string): unknown {
  if (intent.kind === 'mcp') return name === 'text' ? intent.text : undefined;
  if (intent.kind === 'agent') return agentValue(name, schema, intent, tool);
  if (intent.kind === 'shell') return shellValue(name, schema, intent);
  if (intent.kind === 'plan') return planValue(schema, intent.steps);
  if (/^(file_?path|path|absolute_?path|target_file|filename)$/.test(name)) return intent.path;
  if (intent.kind === 'read') return undefined;
  if (tool === 'apply_patch' && /^(input|patch)$/.test(name)) return patchText(intent.path, intent.content);
  if (/^(contents?|file_text|file_content|text|new_string)$/.test(name)) return intent.content;
  if (name === 'old_string') return '';
  return undefined;
}

function shellValue(
  name: string,
  schema: JsonObject,
  intent: Extract<ToolIntent, { kind: 'shell' }>,
): unknown {
  if (name === 'commands') return [intent.command];
  if (/^(command|cmd|script)$/.test(name)) {
    return schemaType(schema) === 'array' ? ['bash', '-lc', intent.command] : intent.command;
  }
  // Tools that run inside a sandbox take the wish to leave it as an argument; that wish is what makes them ask.
  if (intent.escalate && name === 'sandbox_permissions') return 'require_escalated';
  if (intent.escalate && name === 'justification') return 'The script asks for it';
  return undefined;
}

/** Which sub-agent is to do it: the one for anything, by the name it has where the tool has that name. */
function agentValue(
  name: string,
  schema: JsonObject,
  { prompt }: Extract<ToolIntent, { kind: 'agent' }>,
  tool: string,
): unknown {
  if (/^(prompt|message|task|instructions?)$/.test(name)) return prompt;
  if (!/(agent|subagent)_?(type|name)$/.test(name) || schema['enum'] !== undefined) return undefined;
  return tool === 'task' ? 'general' : 'general-purpose';
}

/** A list of steps where the schema wants a list, a checklist where it wants a text. */
function planValue(schema: JsonObject, steps: readonly string[]): unknown {
  if (schemaType(schema) === 'string') return steps.map((step) => `- [ ] ${step}`).join('\n');
  if (schemaType(schema) !== 'array') return undefined;
  const properties = Object.entries(asObject(asObject(schema['items'])['properties']));
  return steps.map((step, index) => {
    const fields = properties.map(([name, property]) => [
      name,
      planField(name, asObject(property), step, index),
    ]);
    return Object.fromEntries(fields) as JsonObject;
  });
}

function planField(name: string, schema: JsonObject, step: string, index: number): unknown {
  if (/status/i.test(name)) return index === 0 ? 'in_progress' : 'pending';
  if (/^id$/i.test(name)) return schemaType(schema) === 'string' ? String(index + 1) : index + 1;
  if (schemaType(schema) === 'string' && schema['enum'] === undefined) return step;
  return jsonFromSchema(schema);
}

function fillerValue(name: string, schema: JsonObject, intent: ToolIntent): unknown {
  if (/^(cwd|workdir|dir_path|directory)$/.test(name)) return intent.cwd;
  if (/timeout/.test(name)) return 60_000;
  if (schemaType(schema) === 'string' && schema['enum'] === undefined) return 'A scripted step';
  return jsonFromSchema(schema);
}

function freeformText(intent: ToolIntent): string {
  if (intent.kind === 'shell') return intent.command;
  if (intent.kind === 'plan') return intent.steps.join('\n');
  if (intent.kind === 'mcp') return intent.text;
  if (intent.kind === 'agent') return intent.prompt;
  return intent.kind === 'write' ? patchText(intent.path, intent.content) : intent.path;
}

function patchText(path: string, content: string): string {
  const lines = content.trimEnd().split('\n');
  return [
    '*** Begin Patch',
    `*** Add File: ${path}`,
    ...lines.map((line) => `+${line}`),
    '*** End Patch',
  ].join('\n');
}
