import type { AgentCommand, ContentBlock } from '@pilotlight/protocol';

/**
 * Whether a prompt is one of the agent's slash commands, which agents know by the very first words of it. `known`: undefined
 * when the agent has not said which there are; then whatever looks like one counts.
 */
export function isSlashCommand(
  content: readonly ContentBlock[],
  known: () => readonly AgentCommand[] | undefined,
): boolean {
  const [first] = content;
  const name = first?.type === 'text' ? /^\s*\/([^\s/]+)(?:\s|$)/.exec(first.text)?.[1] : undefined;
  if (name === undefined) return false;
  return known()?.some((command) => command.name === name) ?? true;
}
