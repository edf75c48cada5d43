import type { PlanEntry } from './acp-types.ts';
import { listFolder, runTool, writeFileTool } from './tools.ts';
import type { Turn } from './turn.ts';

const notesFile = 'demo-notes.md';
const command = 'uname -sm && ls -a';
const steps = ['Look at the folder', `Write ${notesFile}`, 'Run a command'];

/** What any prompt without a slash command gets: thoughts, a plan, a read, an edit, a command and a summary. */
export async function defaultScript(turn: Turn): Promise<void> {
  const { session } = turn;
  const subject = firstLine(turn.input);
  await think(turn, subject);
  await showPlan(turn, 0);
  await turn.stream(
    `You said: “${subject}”. This is the built-in demo agent. Let me look at the folder first.\n\n`,
  );
  const names = await listFolder(turn);

  await showPlan(turn, 1);
  await turn.stream(
    `There ${names.length === 1 ? 'is' : 'are'} ${entries(names.length)} here. I will leave a note in \`${notesFile}\`.\n\n`,
  );
  const note = (old: string): string => `${old || '# Notes of the demo agent\n\n'}- ${subject}\n`;
  const wrote = await writeFileTool(turn, notesFile, note);

  await showPlan(turn, 2);
  await turn.stream(wrote ? 'The note is written. ' : 'You did not want the note, so I left it. ');
  await turn.stream('Now a command.\n\n');
  const exitCode = await runTool(turn, command);

  await showPlan(turn, 3);
  await turn.stream(summary(turn, names.length, wrote, exitCode));
  await setTitle(turn, subject);
  await turn.emit({ sessionUpdate: 'usage_update', used: session.usedTokens + 400, size: 200_000 });
}

async function think(turn: Turn, subject: string): Promise<void> {
  const level = turn.session.options.thought_level;
  if (level === 'off') return;
  await turn.stream(
    `The user wants: ${subject}. I will look, write and run something.`,
    'agent_thought_chunk',
  );
  if (level === 'high')
    await turn.stream(' Each step asks first, unless told otherwise.', 'agent_thought_chunk');
}

/** The plan with the steps before `current` done. */
async function showPlan(turn: Turn, current: number): Promise<void> {
  const plan = steps.map((content, index): PlanEntry => {
    const status = index < current ? 'completed' : index === current ? 'in_progress' : 'pending';
    return { content, priority: 'medium', status };
  });
  await turn.emit({ sessionUpdate: 'plan', entries: plan });
}

function summary(turn: Turn, count: number, wrote: boolean, exitCode: number | null): string {
  const { model, mode, thought_level: level } = turn.session.options;
  const note = wrote ? `added a line to \`${notesFile}\`` : 'wrote nothing';
  const ran = exitCode === null ? 'ran nothing' : `ran \`${command}\` (exit code ${exitCode})`;
  return `Done: I read ${entries(count)}, ${note} and ${ran}. Settings: model ${model}, mode ${mode}, thinking ${level}.`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

async function setTitle(turn: Turn, title: string): Promise<void> {
  const { session } = turn;
  if (session.title !== null) return;
  session.record({ kind: 'title', title });
  await turn.emit({ sessionUpdate: 'session_info_update', title, updatedAt: new Date().toISOString() });
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 80) || 'nothing';
}
