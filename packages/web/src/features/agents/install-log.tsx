import { useLayoutEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { forgetInstall, type Install } from './installs.ts';

const text = words.agents;

/** npm's words while it works; after an error they stay, with the error above them, until they are put away. */
export function InstallLog({ agentId, name, install }: { agentId: string; name: string; install: Install }) {
  const { state, lines, error } = install;
  const log = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [lines]);
  return (
    <div className="mt-2 overflow-hidden rounded-md border border-line bg-sunken">
      <div className="flex min-h-9 items-center gap-2 border-b border-line py-1 pr-1 pl-3">
        <p role="status" className={state === 'failed' ? 'min-w-0 flex-1 text-bad' : 'min-w-0 flex-1'}>
          {state === 'running'
            ? text.installing(name)
            : state === 'done'
              ? text.installed(name)
              : text.installFailed(name)}
        </p>
        <Button look="quiet" onClick={() => forgetInstall(agentId)}>
          {state === 'running' ? text.stop : text.hideLog}
        </Button>
      </div>
      {error === null ? null : (
        <p className="border-b border-line px-3 py-2 break-words whitespace-pre-wrap text-bad">{error}</p>
      )}
      <pre
        ref={log}
        role="log"
        aria-live="off"
        aria-label={text.installLog}
        tabIndex={0}
        className="h-44 overflow-auto px-3 py-2 font-mono text-code whitespace-pre-wrap text-ink-2 -outline-offset-2"
      >
        {lines.length === 0 && state === 'running' ? text.installWaiting : lines.join('\n')}
      </pre>
    </div>
  );
}
