import type { Definition } from './definition.ts';
import { accountDefects } from './defects/account.ts';
import { clientMethodDefects } from './defects/client-methods.ts';
import { endDefects } from './defects/ends.ts';
import { noiseDefects } from './defects/noise.ts';
import { protocolDefects } from './defects/protocol.ts';
import { sessionDefects } from './defects/sessions.ts';
import { silenceDefects } from './defects/silence.ts';
import { turnDefects } from './defects/turns.ts';

const all = {
  ...noiseDefects,
  ...protocolDefects,
  ...silenceDefects,
  ...endDefects,
  ...turnDefects,
  ...sessionDefects,
  ...clientMethodDefects,
  ...accountDefects,
};

/** The name of a scripted agent: what is wrong with it. */
export type DefectName = keyof typeof all;

/** Every scripted agent by name. */
export const definitions: Record<DefectName, Definition> = all;

export function isDefect(name: string): name is DefectName {
  return Object.hasOwn(definitions, name);
}
