/**
 * `node diligent-agent.ts FILE`: an ACP agent with nothing wrong about it, that can resume. It says as many words as a
 * prompt tells it, `«nonce» count`, and writes the nonce of every prompt it gets to the file.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ScriptedAgent } from '../scripted-agents/scripted-agent.ts';
import { ScriptedPeer } from '../scripted-agents/scripted-peer.ts';

/** The last one counts, since a client may tell of earlier prompts first. */
const PROMPT = /«([^»]+)» (\d+)/g;
const PACE_MS = 10;

const [file = '/dev/null'] = process.argv.slice(2);
new ScriptedAgent(new ScriptedPeer('diligent', []), {
  client: 'Nothing.',
  turn: async (peer, session, text) => {
    const [, nonce = '', count = '0'] = [...text.matchAll(PROMPT)].at(-1) ?? [];
    appendFileSync(file, `${nonce}\n`);
    for (let n = 1; n <= Number(count); n++) {
      if (session.cancel.signal.aborted) return 'cancelled';
      peer.say(session, `${nonce}:${n} `);
      await delay(PACE_MS);
    }
    return 'end_turn';
  },
}).run();
