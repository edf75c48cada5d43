import { useAppearance, type Theme } from '../../app/appearance.ts';
import { useCommands } from '../../app/commands.ts';
import * as words from '../../words/index.ts';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** The themes as commands, for the palette. */
export function AppearanceCommands() {
  const { commands } = words.settings;
  useCommands(
    THEMES.map((theme) => ({
      id: `theme.${theme}`,
      title: commands[theme],
      group: commands.group,
      run: () => useAppearance.setState({ theme }),
    })),
  );
  return null;
}
