import type { ConfigOption } from './acp-types.ts';
import { invalidParams } from './rpc-error.ts';

/** What the user can set on a session, by config option id. */
export interface SessionOptions {
  mode: string;
  model: string;
  thought_level: string;
}

export const defaultOptions: SessionOptions = { mode: 'ask', model: 'demo-fast', thought_level: 'low' };

const modes = [
  { value: 'ask', name: 'Ask', description: 'Asks before edits and commands' },
  { value: 'auto', name: 'Auto', description: 'Edits and runs commands without asking' },
];

const selects: Omit<ConfigOption, 'currentValue'>[] = [
  { id: 'mode', name: 'Mode', category: 'mode', type: 'select', options: modes },
  {
    id: 'model',
    name: 'Model',
    category: 'model',
    type: 'select',
    options: [
      { value: 'demo-fast', name: 'Demo Fast' },
      { value: 'demo-careful', name: 'Demo Careful' },
    ],
  },
  {
    id: 'thought_level',
    name: 'Thinking',
    category: 'thought_level',
    type: 'select',
    options: [
      { value: 'off', name: 'Off' },
      { value: 'low', name: 'Low' },
      { value: 'high', name: 'High' },
    ],
  },
];

/** The `configOptions` list of ACP with the current values filled in. */
export function configOptions(current: SessionOptions): ConfigOption[] {
  return selects.map((select) => ({ ...select, currentValue: current[select.id as keyof SessionOptions] }));
}

/** The `modes` object of ACP. */
export function modeState(current: SessionOptions): unknown {
  const availableModes = modes.map(({ value, name, description }) => ({ id: value, name, description }));
  return { currentModeId: current.mode, availableModes };
}

/** The options with one value changed. Throws -32602 for an unknown option or value. */
export function withOption(current: SessionOptions, id: unknown, value: unknown): SessionOptions {
  const select = selects.find((candidate) => candidate.id === id);
  if (!select) throw invalidParams(`demo agent: there is no option ${String(id)}`);
  const known = select.options.map((option) => option.value);
  if (typeof value !== 'string' || !known.includes(value)) {
    throw invalidParams(`demo agent: ${select.id} is one of ${known.join(', ')}, not ${String(value)}`);
  }
  return { ...current, [select.id]: value };
}
