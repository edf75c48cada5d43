import { z } from 'zod';
import { ContentBlock } from './content.ts';

/** Fields that several requests have. */
export const Name = z.string().trim().min(1).max(200);
export const AgentId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected an agent id such as "opencode"');
export const Content = z.array(ContentBlock).min(1).max(200);
/** What names a commit in git, or a pull request of the project's remote: `#12`, `!12`, or its address. */
export const Revision = z
  .string()
  .trim()
  .min(1)
  .max(250)
  .regex(/^\P{Cc}+$/u, 'expected a branch, tag, commit or pull request');
