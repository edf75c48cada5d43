import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Page } from '../../ui/page.tsx';
import * as words from '../../words/index.ts';
import { McpSection } from '../mcp/mcp-section.tsx';
import { UsageSection } from '../usage/usage-section.tsx';
import { AboutSection } from './about-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { ServerSection } from './server-section.tsx';

export function SettingsPage() {
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (hash in words.settings.sections) document.getElementById(hash)?.scrollIntoView();
  }, [hash]);
  return (
    <Page title={words.settings.title}>
      <div className="max-w-[720px]">
        <AppearanceSection />
        <NotificationsSection />
        <KeyboardSection />
        <ServerSection />
        <McpSection />
        <UsageSection />
        <DevicesSection />
        <AboutSection />
      </div>
    </Page>
  );
}
