/** ACP's and JSON-RPC's error codes that mean something to us (protocol version 1). */
export const RPC = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  authRequired: -32000,
  notFound: -32002,
  cancelled: -32800,
} as const;

/** An error in a JSON-RPC answer, the agent's to us or ours to it. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }

  /** The error member of an answer; tolerates every shape. */
  static from(value: unknown): RpcError {
    const { code, message, data } = (typeof value === 'object' && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    const text = typeof message === 'string' && message !== '' ? message : 'unknown error';
    return new RpcError(typeof code === 'number' ? code : RPC.internal, text, data);
  }

  /** Message and the details that agents put beside it. */
  get detail(): string {
    const details = detailOf(this.data);
    return details === null || this.message.includes(details) ? this.message : `${this.message}: ${details}`;
  }
}

function detailOf(data: unknown): string | null {
  if (typeof data === 'string') return data || null;
  if (typeof data !== 'object' || data === null) return null;
  const { details, message } = data as Record<string, unknown>;
  if (typeof details === 'string' && details !== '') return details;
  return typeof message === 'string' && message !== '' ? message : null;
}
