import { PilotlightError } from '@pilotlight/protocol';
import { totalmem } from 'node:os';
import type { Marks } from './policy.ts';

export interface ResidencySettings extends Marks {
  /** processes kept ready for the next session, for each agent that was used in the last day */
  spares: number;
}

/** Of the machine's memory, what agents may take. */
const HIGH_SHARE = 0.6;
/** Of the high mark. */
const LOW_SHARE = 0.75;
const IDLE_MINUTES = 30;
const UNITS: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * From `PILOTLIGHT_IDLE_MINUTES` (0: never), `PILOTLIGHT_MEMORY_HIGH`, `PILOTLIGHT_MEMORY_LOW` (`12GB`, `900MB`, `50%` of
 * the machine's memory) and `PILOTLIGHT_SPARES`.
 * @throws PilotlightError `config_invalid`
 */
export function readResidencySettings(env: NodeJS.ProcessEnv, memory = machineMemory()): ResidencySettings {
  const idle = number(env, 'PILOTLIGHT_IDLE_MINUTES', IDLE_MINUTES, 10_000_000);
  const highBytes = size(env, 'PILOTLIGHT_MEMORY_HIGH', memory) ?? memory * HIGH_SHARE;
  const lowBytes = size(env, 'PILOTLIGHT_MEMORY_LOW', memory) ?? highBytes * LOW_SHARE;
  if (lowBytes > highBytes)
    throw invalid('PILOTLIGHT_MEMORY_LOW', env, 'no more than PILOTLIGHT_MEMORY_HIGH');
  const spares = number(env, 'PILOTLIGHT_SPARES', 1, 10);
  if (!Number.isInteger(spares)) throw invalid('PILOTLIGHT_SPARES', env, 'a whole number from 0 to 10');
  return { idleMs: idle === 0 ? null : idle * 60_000, highBytes, lowBytes, spares };
}

/** Bytes that this process and its children may take; a container may allow less than the machine has. */
function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

function number(env: NodeJS.ProcessEnv, name: string, otherwise: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= most) return value;
  throw invalid(name, env, `a number from 0 to ${most}`);
}

function size(env: NodeJS.ProcessEnv, name: string, memory: number): number | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(%|[KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  if (digits === '' || (unit === '%' && Number(digits) > 100))
    throw invalid(name, env, 'a size such as 12GB, 900MB or 50%');
  return unit === '%' ? (memory * Number(digits)) / 100 : Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
}

function invalid(name: string, env: NodeJS.ProcessEnv, expected: string): PilotlightError {
  return new PilotlightError('config_invalid', `${name} is "${env[name]}"; expected ${expected}.`);
}
