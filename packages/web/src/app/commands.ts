import { useEffect, useRef } from 'react';
import { tinykeys } from 'tinykeys';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/**
 * Something the user can do. A component offers commands while it is there (`useCommands`); the palette lists them, the
 * shortcut sheet shows and rebinds their keys.
 */
export interface Command {
  /** stable, for example `session.new`; a user's own keys are kept under it */
  id: string;
  /** a verb phrase */
  title: string;
  /** heading in the palette and the sheet */
  group: string;
  /** as tinykeys spells them: `$mod+KeyK`, `g b`; none: palette only */
  keys?: string;
  /** also works in a text field, a dialog or a menu; without it only keys with $mod, Control or Alt do */
  inFields?: boolean;
  run(): void;
}

interface Registry {
  commands: Record<string, Command>;
}

const useRegistry = create<Registry>()(() => ({ commands: {} }));

interface OwnKeys {
  /** command id → keys; an empty string takes the keys away */
  keys: Record<string, string>;
}

/** What the user bound differently. */
export const useOwnKeys = create<OwnKeys>()(
  persist((): OwnKeys => ({ keys: {} }), { name: 'pilotlight.keys' }),
);

/** Offers commands for as long as the component is there; the newest offer of an id wins. */
export function useCommands(commands: readonly Command[]): void {
  const newest = useRef(commands);
  newest.current = commands;
  const shape = JSON.stringify(
    commands.map(({ id, title, group, keys, inFields }) => [id, title, group, keys, inFields]),
  );
  useEffect(() => {
    const offered = newest.current.map((command, at): Command => ({
      ...command,
      run: () => newest.current[at]?.run(),
    }));
    useRegistry.setState((state) => ({
      commands: { ...state.commands, ...Object.fromEntries(offered.map((command) => [command.id, command])) },
    }));
    return () =>
      useRegistry.setState((state) => ({
        commands: Object.fromEntries(
          Object.entries(state.commands).filter(([, command]) => !offered.includes(command)),
        ),
      }));
  }, [shape]);
}

/** A command with the keys in force. */
export interface BoundCommand extends Command {
  /** its keys before the user's own */
  offeredKeys?: string | undefined;
}

/** All that can be done now, with the keys in force. */
export function useAllCommands(): BoundCommand[] {
  const commands = useRegistry((state) => state.commands);
  const own = useOwnKeys((state) => state.keys);
  return Object.values(commands).map((command) => ({
    ...withKeys(command, own[command.id]),
    offeredKeys: command.keys,
  }));
}

/** The keys in force of a command, for tooltips. */
export function useKeysOf(id: string): string | undefined {
  const command = useRegistry((state) => state.commands[id]);
  const own = useOwnKeys((state) => state.keys[id]);
  return command === undefined ? undefined : withKeys(command, own).keys;
}

function withKeys(command: Command, own: string | undefined): Command {
  if (own === undefined) return command;
  const { keys: _, ...rest } = command;
  return own === '' ? rest : { ...rest, keys: own };
}

/** Listens for the keys of all commands, in one place. */
export function useShortcuts(): void {
  const commands = useAllCommands();
  const bound = JSON.stringify(commands.map(({ id, keys, inFields }) => [id, keys, inFields]));
  const newest = useRef(commands);
  newest.current = commands;
  useEffect(() => {
    const map: Record<string, (event: KeyboardEvent) => void> = {};
    for (const { id, keys, inFields } of newest.current) {
      if (keys === undefined) continue;
      map[keys] = (event) => {
        if (event.defaultPrevented) return;
        if (inFields !== true && !/\$mod|Control|Alt|Meta/.test(keys) && isTaken(event.target)) return;
        event.preventDefault();
        newest.current.find((command) => command.id === id)?.run();
      };
    }
    // By itself tinykeys hears nothing of what is pressed in a field, `$mod+KeyK` neither.
    return tinykeys(window, map, { ignore: (event) => event.repeat || event.isComposing });
  }, [bound]);
}

/** Where plain keys have a meaning of their own: text is written, or a dialog or a menu is open. */
const TAKEN = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

export function isTaken(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(TAKEN) !== null;
}
