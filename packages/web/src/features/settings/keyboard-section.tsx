import { useOwnKeys } from '../../app/commands.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { toggle } from '../palette/open-state.ts';
import { SettingRow } from './setting-row.tsx';

const text = words.settings;

export function KeyboardSection() {
  const own = useOwnKeys((state) => Object.keys(state.keys).length);
  const about = own === 0 ? text.shortcutsAbout : `${text.shortcutsAbout} ${text.ownKeys(own)}`;
  return (
    <Section id="keyboard" title={text.sections.keyboard.title} note={text.browserOnly}>
      <SettingRow title={text.shortcuts} about={about}>
        <Button onClick={() => toggle('sheet')}>{text.openSheet}</Button>
      </SettingRow>
    </Section>
  );
}
