import { cancel } from './abilities/cancel.ts';
import { choices } from './abilities/choices.ts';
import { content } from './abilities/content.ts';
import { login } from './abilities/login.ts';
import { mcpServers } from './abilities/mcp.ts';
import { modelErrors } from './abilities/model-errors.ts';
import { permissions, standing } from './abilities/permissions.ts';
import { processes } from './abilities/processes.ts';
import { figures, speech } from './abilities/speech.ts';
import { tools } from './abilities/tools.ts';
import type { Ability } from './ability.ts';

/** Every question of the matrix, in the order in which they are asked; those of a file may build on each other. */
export const ABILITIES: readonly Ability[] = [
  ...speech,
  ...figures,
  ...tools,
  ...permissions,
  ...cancel,
  ...standing,
  ...choices,
  ...content,
  ...mcpServers,
  ...modelErrors,
  ...login,
  ...processes,
];
