import type { AgentCommand } from '@pilotlight/protocol';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { matching } from '../../ui/search.ts';
import * as words from '../../words/index.ts';
import type { Trigger } from './trigger.ts';

export interface Suggestion {
  id: string;
  /** what it puts into the text */
  insert: string;
  name: string;
  hint?: string | undefined;
  detail?: string | undefined;
}

export interface Suggestions {
  items: readonly Suggestion[];
  /** said under or instead of the items */
  note: string | null;
}

const LIMIT = 50;
const NONE: Suggestions = { items: [], note: null };

export function commandSuggestions(
  commands: readonly AgentCommand[],
  query: string,
  agent: string,
): Suggestions {
  if (commands.length === 0) return { items: [], note: words.composer.noCommands(agent) };
  // The name decides; a word of the description finds it too, behind all names.
  const byName = matching(commands, query, ({ name }) => name);
  const others = commands.filter((command) => !byName.includes(command));
  const needle = query.toLowerCase();
  const byText = others.filter(({ description }) => description.toLowerCase().includes(needle));
  const items = [...byName, ...byText].map(({ name, description, input }) => ({
    id: name,
    insert: `/${name}`,
    name: `/${name}`,
    hint: input?.hint,
    detail: description,
  }));
  return { items, note: items.length === 0 ? words.composer.noCommand(query) : null };
}

export function fileSuggestion(path: string): Suggestion {
  const cut = path.lastIndexOf('/') + 1;
  return { id: path, insert: `@${path}`, name: path.slice(cut), detail: path.slice(0, cut) || undefined };
}

/** What the trigger may become. */
export function useSuggestions(
  trigger: Trigger | null,
  sessionId: string,
  agent: string,
  commands: readonly AgentCommand[],
): Suggestions {
  const query = trigger?.query ?? '';
  const isFile = trigger?.kind === 'file';
  const files = useQuery({
    queryKey: ['files', sessionId, query],
    queryFn: ({ signal }) => server.findFiles(sessionId, { query, limit: LIMIT, signal }),
    enabled: isFile,
    placeholderData: keepPreviousData,
    staleTime: 2_000,
  });
  if (trigger === null) return NONE;
  if (!isFile) return commandSuggestions(commands, query, agent);
  if (files.error !== null) return { items: [], note: words.composer.filesFailed(files.error.message) };
  if (files.data === undefined) return { items: [], note: words.composer.looking };
  const items = files.data.files.map(fileSuggestion);
  if (items.length === 0) return { items, note: words.composer.noFile(query) };
  return { items, note: files.data.truncated ? words.composer.moreFiles : null };
}
