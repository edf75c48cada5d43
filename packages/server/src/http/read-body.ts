import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, PilotlightError } from '@pilotlight/protocol';
import type { z } from 'zod';
import { InvalidRequest, invalidRequest } from './problem.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON body of a request, checked. An absent body counts as `{}`. Reading stops at the limit: what is larger is
 * refused without being kept.
 * @throws PilotlightError `payload_too_large`, `invalid_request`
 */
export async function readBody<T extends z.ZodType>(
  incoming: IncomingMessage,
  schema: T,
  limit = MAX_BODY_BYTES,
): Promise<z.output<T>> {
  const parsed = schema.safeParse(parseJson(await readBytes(incoming, limit)));
  if (!parsed.success) throw invalidRequest('body', parsed.error.issues);
  return parsed.data;
}

async function readBytes(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else reject(tooLarge(limit));
  };
  const onEnd = (): void => {
    // 'close' follows every good end, too, and before whoever waits here goes on.
    incoming.off('close', onClose);
    resolve(Buffer.concat(chunks));
  };
  const onClose = (): void => reject(new InvalidRequest('the body ended before it was complete'));
  incoming.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
  try {
    return await promise;
  } finally {
    // What still comes is drained or cut off by the adaptor.
    incoming.off('data', onData).off('end', onEnd).off('close', onClose);
  }
}

function tooLarge(limit: number): PilotlightError {
  return new PilotlightError(
    'payload_too_large',
    `the body is larger than ${limit} bytes; send large files as links to files in the worktree`,
  );
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new InvalidRequest('the body is not valid UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidRequest(`the body is not valid JSON: ${(error as Error).message}`);
  }
}
