import { asObject, at } from './raw-values.ts';

/** What an agent offers, out of its answer to `initialize`; what is not said is not offered. */
export interface AgentCapabilities {
  load: boolean;
  resume: boolean;
  close: boolean;
  list: boolean;
  image: boolean;
  audio: boolean;
  embeddedContext: boolean;
  /** transports of MCP servers besides stdio, which every agent takes */
  mcp: { http: boolean; sse: boolean };
}

export function readCapabilities(initialized: unknown): AgentCapabilities {
  const said = at(initialized, ['agentCapabilities']);
  // A capability is an object, also an empty one; some agents say true.
  const session = (name: string): boolean => {
    const value = at(said, ['sessionCapabilities', name]);
    return value === true || asObject(value) !== null;
  };
  const prompt = (name: string): boolean => at(said, ['promptCapabilities', name]) === true;
  const mcp = (name: string): boolean => at(said, ['mcpCapabilities', name]) === true;
  return {
    load: at(said, ['loadSession']) === true,
    resume: session('resume'),
    close: session('close'),
    list: session('list'),
    image: prompt('image'),
    audio: prompt('audio'),
    embeddedContext: prompt('embeddedContext'),
    mcp: { http: mcp('http'), sse: mcp('sse') },
  };
}
