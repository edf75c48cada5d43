/** One tool, `greet`, which answers `<greeting> <text>`; whatever it is reached by. */
export interface McpRequest {
  id?: number | string;
  method: string;
  params?: { protocolVersion?: string; arguments?: { text?: string } };
}

export interface GreeterOptions {
  greeting: string;
  /** its tools were asked for */
  onListed?(this: void): void;
  /** it greeted, with these words */
  onGreeted?(this: void, said: string): void;
}

const TOOL = {
  name: 'greet',
  description: 'Greets.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};

/** The JSON-RPC answer; null where none is expected. */
export function greeterAnswer(request: McpRequest, options: GreeterOptions): object | null {
  if (request.id === undefined) return null;
  const result = resultOf(request, options);
  const body =
    result === null ? { error: { code: -32601, message: `no method ${request.method}` } } : { result };
  return { jsonrpc: '2.0', id: request.id, ...body };
}

function resultOf({ method, params }: McpRequest, options: GreeterOptions): object | null {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion ?? '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'greeter', version: '1.0.0' },
      };
    case 'tools/list':
      options.onListed?.();
      return { tools: [TOOL] };
    case 'tools/call': {
      const said = `${options.greeting} ${params?.arguments?.text ?? ''}`;
      options.onGreeted?.(said);
      return { content: [{ type: 'text', text: said }] };
    }
    case 'ping':
      return {};
    default:
      return null;
  }
}
