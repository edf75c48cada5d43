import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { Flame } from '../frame/flame.tsx';
import { CopyCommand } from './copy-command.tsx';

type Check = 'idle' | 'checking' | 'still_out';

/** Says how to sign in. There is nothing to type here: the one-time link signs the browser in. */
export function SignedOut() {
  const [check, setCheck] = useState<Check>('idle');
  const text = words.access;

  const checkAgain = async () => {
    setCheck('checking');
    try {
      await server.listProjects();
      location.reload();
    } catch {
      setCheck('still_out');
    }
  };

  return (
    <main className="flex h-full items-center justify-center overflow-y-auto p-6">
      <div className="flex w-full max-w-[400px] flex-col items-start gap-4 pb-[10vh]">
        <Flame size={32} />
        <div>
          <h1 className="text-display font-semibold">{text.title}</h1>
          <p className="pt-1 text-read text-ink-2">
            {text.text} <span className="text-ink">{location.host}</span>.
          </p>
        </div>
        <div className="flex w-full flex-col gap-2">
          <p className="text-ink-2">{text.how}</p>
          <CopyCommand command={text.command} />
          <p className="text-small text-ink-3">{text.once}</p>
        </div>
        <div className="flex min-h-7 items-center gap-3">
          <Button look="primary" disabled={check === 'checking'} onClick={() => void checkAgain()}>
            {text.checkAgain}
          </Button>
          <p role="status" className="text-small text-ink-2">
            {check === 'still_out' ? text.stillOut : check === 'checking' ? text.checking : ''}
          </p>
        </div>
      </div>
    </main>
  );
}
