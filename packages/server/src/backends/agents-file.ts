import { PilotlightError } from '@pilotlight/protocol';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { AgentSpec } from './agent-spec.ts';

const AgentsFile = z.strictObject({
  // Each entry is checked by itself, so that a message can name the agent.
  agents: z.array(z.looseObject({ id: AgentSpec.shape.id })),
});

/** The fields of nested objects an entry may give in part; what it leaves out stays as it was. */
const NESTED = ['env', 'offer', 'deadlines'] as const;

/** What makes a reading of the file stale. */
export function fileStamp(path: string): string {
  try {
    // Asked before every turn, and mostly there is no such file: that must not cost an error. The time is that of its
    // last change of any kind: one that was made readable is read again, too.
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? 'none' : `${found.ctimeMs} ${found.size} ${found.ino}`;
  } catch {
    return 'none';
  }
}

/**
 * The built-in agents with what the file says: an entry with the id of a built-in agent overrides the fields it names,
 * any other one is an agent of its own. A file that is not there says nothing.
 * @throws PilotlightError `config_invalid`, naming the file and the field
 */
export function readAgentsFile(path: string, builtIn: readonly AgentSpec[]): AgentSpec[] {
  const merged = new Map(builtIn.map((spec) => [spec.id, spec]));
  for (const entry of readEntries(path)) {
    const base: Record<string, unknown> = { ...(merged.get(entry.id) ?? { name: entry.id }) };
    for (const key of NESTED)
      if (isObject(base[key]) && isObject(entry[key])) base[key] = { ...base[key], ...entry[key] };
    const nested = Object.fromEntries(
      NESTED.filter((key) => isObject(base[key])).map((key) => [key, base[key]]),
    );
    const checked = AgentSpec.safeParse({ ...base, ...entry, ...nested });
    if (!checked.success) throw invalid(path, checked.error, `agents "${entry.id}"`);
    merged.set(entry.id, checked.data);
  }
  return [...merged.values()];
}

function readEntries(path: string): (Record<string, unknown> & { id: string })[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new PilotlightError('config_invalid', `${path} cannot be read: ${(error as Error).message}`);
  }
  const checked = AgentsFile.safeParse(parseJson(path, text));
  if (!checked.success) throw invalid(path, checked.error, '');
  return checked.data.agents;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PilotlightError('config_invalid', `${path} is not JSON: ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, error: z.ZodError, where: string): PilotlightError {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...(issue?.path ?? []), ...unknown].join('.');
  const place = [where, field].filter(Boolean).join(', field ');
  return new PilotlightError(
    'config_invalid',
    `${path}: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'invalid'}`,
    {
      details: { file: path, field },
    },
  );
}
