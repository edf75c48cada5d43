/**
 * A small MCP server on stdio with one tool, `greet`: it answers `<greeting> <text>` and appends what it was asked, with the
 * greeting of its environment and the secret it was given, to the file that the environment names. Another file takes a
 * line for each time that its tools were asked for.
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Request {
  id?: number | string;
  method: string;
  params?: { protocolVersion?: string; arguments?: { text?: string } };
}

const { GREETING = 'Hello', GREET_LOG = '', GREET_SECRET = '', GREET_LISTINGS = '' } = process.env;

const tool = {
  name: 'greet',
  description: 'Greets.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};

function result({ method, params }: Request): unknown {
  if (method === 'initialize') {
    const { protocolVersion = '2025-06-18' } = params ?? {};
    return {
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'greeter', version: '1.0.0' },
    };
  }
  if (method === 'tools/list') {
    if (GREET_LISTINGS !== '') appendFileSync(GREET_LISTINGS, 'listed\n');
    return { tools: [tool] };
  }
  if (method === 'tools/call') {
    const said = `${GREETING} ${params?.arguments?.text ?? ''}`;
    if (GREET_LOG !== '') appendFileSync(GREET_LOG, `${said} ${GREET_SECRET}\n`);
    return { content: [{ type: 'text', text: said }] };
  }
  return method === 'ping' ? {} : null;
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = JSON.parse(line) as Request;
    if (request.id === undefined) return;
    const answer = result(request);
    const body =
      answer === null
        ? { error: { code: -32601, message: `no method ${request.method}` } }
        : { result: answer };
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...body })}\n`);
  })
  .on('close', () => process.exit(0));
