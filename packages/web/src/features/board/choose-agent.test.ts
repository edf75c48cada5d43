import type { AgentInfo } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { chooseAgent, orderAgents } from './choose-agent.ts';

const agent = (id: string, state: AgentInfo['state'] = 'found') => ({ id, state }) as AgentInfo;

describe('chooseAgent', () => {
  const agents = [agent('demo'), agent('opencode', 'missing'), agent('claude'), agent('codex')];

  it('takes the wanted one when it is found', () => {
    expect(chooseAgent(agents, 'codex')).toBe('codex');
    expect(chooseAgent(agents, 'demo')).toBe('demo');
  });

  it('takes the first real one that is found otherwise', () => {
    expect(chooseAgent(agents, 'opencode')).toBe('claude');
    expect(chooseAgent(agents, null)).toBe('claude');
  });

  it('falls back to the demo agent, and to none', () => {
    expect(chooseAgent([agent('opencode', 'missing'), agent('demo')], 'opencode')).toBe('demo');
    expect(chooseAgent([], 'demo')).toBeNull();
  });
});

describe('orderAgents', () => {
  it('puts found ones first', () => {
    const agents = [agent('a', 'missing'), agent('b'), agent('c', 'missing'), agent('d')];
    expect(orderAgents(agents).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c']);
  });
});
