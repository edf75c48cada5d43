import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { WithCode } from '../board/with-code.tsx';
import { SettingRow } from './setting-row.tsx';

const text = words.settings;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Who is signed in, and how somebody else's browser (or the user's phone) gets in. The token itself is never shown. */
export function DevicesSection() {
  const [link, setLink] = useState<{ url: string; expiresAt: number } | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const create = () => {
    setIsBusy(true);
    server
      .createSignInLink()
      .then(setLink, showError)
      .finally(() => setIsBusy(false));
  };
  return (
    <Section id="devices" title={text.sections.devices.title}>
      <SettingRow title={text.thisBrowser} about={text.thisBrowserAbout} />
      <SettingRow title={text.another} about={text.anotherAbout}>
        <Button disabled={isBusy} onClick={create}>
          {link === null ? text.createLink : text.createAnother}
        </Button>
        {link === null ? null : <SignInLink key={link.url} {...link} />}
      </SettingRow>
    </Section>
  );
}

function SignInLink({ url, expiresAt }: { url: string; expiresAt: number }) {
  const [isCopied, setIsCopied] = useState(false);
  const until = new Date(expiresAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const host = location.hostname;
  return (
    <div className="w-full rounded-md border border-line bg-sunken p-2">
      <div className="flex items-center gap-1">
        <input
          readOnly
          autoFocus
          aria-label={text.link}
          value={url}
          // From the end, so that a narrow field shows how the link begins.
          onFocus={({ target }) => target.setSelectionRange(0, url.length, 'backward')}
          className="h-7 min-w-0 flex-1 rounded-sm bg-transparent px-1 font-mono text-code outline-offset-0 pointer-coarse:h-11"
        />
        <IconButton
          label={isCopied ? words.common.copied : text.copyLink}
          icon={
            isCopied ? (
              <Check size={16} strokeWidth={1.75} className="text-good" />
            ) : (
              <Copy size={16} strokeWidth={1.75} />
            )
          }
          onClick={() => void navigator.clipboard?.writeText(url).then(() => setIsCopied(true), showError)}
        />
      </div>
      <p role="status" className="px-1 pt-1 text-small text-ink-2">
        {text.linkUntil(until)} <span className="sr-only">{isCopied ? words.common.copied : ''}</span>
      </p>
      {LOOPBACK.test(host) ? (
        <p className="max-w-[70ch] px-1 pt-1 text-small text-ink-3">
          <WithCode text={text.onlyHere(host)} />
        </p>
      ) : null}
    </div>
  );
}
