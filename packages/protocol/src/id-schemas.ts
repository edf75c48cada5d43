import { z } from 'zod';
import { ID_PREFIX, type IdKind } from './ids.ts';

function idSchema(kind: IdKind) {
  const prefix = ID_PREFIX[kind];
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[A-Za-z0-9-]{8,64}$`), `expected an id such as ${prefix}_<uuid>`);
}

export const ProjectId = idSchema('project');
export const SessionId = idSchema('session');
export const ChatId = idSchema('chat');
export const TurnId = idSchema('turn');
export const TaskId = idSchema('task');
export const CommentId = idSchema('comment');
export const ActionId = idSchema('action');
export const ComparisonId = idSchema('comparison');
export const PermissionId = idSchema('permission');
/** A blob is named by the SHA-256 of its bytes, in hex. */
export const BlobId = z.string().regex(/^[0-9a-f]{64}$/, 'expected the 64 hex digits of a SHA-256');
