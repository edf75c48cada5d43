/** A scripted agent: `node main.ts DEFECT [args]`. Without a known name it lists the names and ends with code 2. */
import { definitions, isDefect } from './definitions.ts';
import { ScriptedAgent } from './scripted-agent.ts';
import { ScriptedPeer } from './scripted-peer.ts';

const [name = '', ...args] = process.argv.slice(2);
if (isDefect(name)) new ScriptedAgent(new ScriptedPeer(name, args), definitions[name]).run();
else {
  process.stderr.write(`Name one of: ${Object.keys(definitions).join(', ')}\n`);
  process.exitCode = 2;
}
