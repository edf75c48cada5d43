import { useAppearance, type Theme } from '../../app/appearance.ts';
import { Section } from '../../ui/page.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';
import { SettingRow } from './setting-row.tsx';

const text = words.settings;
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export function AppearanceSection() {
  const { theme, motion } = useAppearance();
  return (
    <Section id="appearance" title={text.sections.appearance.title} note={text.browserOnly}>
      <SettingRow title={text.theme} about={text.themeAbout}>
        <Segments
          label={text.theme}
          value={theme}
          options={THEMES.map((value) => ({ value, label: text.themes[value] }))}
          onChange={(value) => useAppearance.setState({ theme: value })}
        />
      </SettingRow>
      <SettingRow title={text.reduceMotion} about={text.reduceMotionAbout}>
        <Switch
          bare
          label={text.reduceMotion}
          checked={motion === 'reduced'}
          onChange={(isOn) => useAppearance.setState({ motion: isOn ? 'reduced' : 'system' })}
        />
      </SettingRow>
    </Section>
  );
}
