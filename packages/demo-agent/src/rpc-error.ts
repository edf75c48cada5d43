/** An error that goes to the client as a JSON-RPC error object. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

export const invalidRequest = (message: string): RpcError => new RpcError(-32600, message);
export const methodNotFound = (method: string): RpcError =>
  new RpcError(-32601, `demo agent: there is no method ${method}`);
export const invalidParams = (message: string): RpcError => new RpcError(-32602, message);
export const internalError = (message: string): RpcError => new RpcError(-32603, message);
export const sessionNotFound = (sessionId: string): RpcError =>
  new RpcError(-32002, `demo agent: there is no session ${sessionId}`, { sessionId });
