import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Switch } from '../../ui/switch.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { useNotificationChoice } from '../notifications/choice.ts';
import { askPermission, useNotificationPermission } from '../notifications/permission.ts';
import { showNotification } from '../notifications/show-notification.ts';
import { SettingRow } from './setting-row.tsx';

const text = words.settings;

export function NotificationsSection() {
  const permission = useNotificationPermission((state) => state.permission);
  const { needsYou, done } = useNotificationChoice();
  const isOff = permission === 'denied' || permission === 'impossible';
  return (
    <Section id="notifications" title={text.sections.notifications.title} note={text.browserOnly}>
      <SettingRow
        title={text.permission.title}
        about={<span role="status">{text.permission[permission]}</span>}
      >
        {permission === 'default' ? (
          <Button look="primary" onClick={() => void askPermission().catch(showError)}>
            {text.permission.allow}
          </Button>
        ) : permission === 'granted' ? (
          <Button onClick={() => void sendTest().catch(showError)}>{text.permission.test}</Button>
        ) : null}
      </SettingRow>
      <SettingRow title={text.needsYou} about={text.needsYouAbout}>
        <Switch
          bare
          label={text.needsYou}
          checked={needsYou}
          disabled={isOff}
          onChange={(isOn) => useNotificationChoice.setState({ needsYou: isOn })}
        />
      </SettingRow>
      <SettingRow title={text.done} about={text.doneAbout}>
        <Switch
          bare
          label={text.done}
          checked={done}
          disabled={isOff}
          onChange={(isOn) => useNotificationChoice.setState({ done: isOn })}
        />
      </SettingRow>
    </Section>
  );
}

function sendTest(): Promise<void> {
  const { title, body } = words.notifications.test;
  return showNotification({ title, body, tag: 'test', path: '/settings' }, () => {});
}
