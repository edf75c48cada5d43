import type { ScriptRun, SessionScripts } from '@pilotlight/protocol';
import { Play, RotateCw, Square } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { TerminalView } from '../changes/terminal-view.tsx';
import { useScriptOutput, useScripts } from './use-scripts.ts';

const text = words.scripts;
const ICON = { size: 14, strokeWidth: 1.75 };

/** What the `.pilotlight.json` of the session names: whether it may run, how it went, what it wrote. */
export function ScriptsTab({ sessionId }: { sessionId: string }) {
  const { data } = useScripts(sessionId);
  const [asked, setAsked] = useState<string | null>(null);
  if (data === undefined) return null;
  if (data.problem !== null) {
    return (
      <p role="alert" className="m-3 rounded-md bg-bad-wash px-3 py-2 [overflow-wrap:anywhere] text-bad">
        {data.problem}
      </p>
    );
  }
  const scripts = scriptsOf(data);
  if (scripts.length === 0 && data.ports.length === 0) {
    return (
      <>
        <Empty>{text.none}</Empty>
        <Facts scripts={data} />
      </>
    );
  }
  const shown = data.runs.find(({ name }) => name === asked) ?? data.runs.at(-1);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className={cx('min-h-0 overflow-y-auto', shown === undefined ? 'flex-1' : 'max-h-[60%] shrink-0')}>
        {data.allowed || data.hash === null || scripts.length === 0 ? null : (
          <Ask sessionId={sessionId} hash={data.hash} />
        )}
        <ul aria-label={text.list} className="px-2 py-1.5">
          {scripts.map((script) => (
            <ScriptRow
              key={script.name}
              sessionId={sessionId}
              script={script}
              run={data.runs.find(({ name }) => name === script.name) ?? null}
              isAllowed={data.allowed}
              isShown={shown?.name === script.name}
              onShow={() => setAsked(script.name)}
            />
          ))}
        </ul>
        <Facts scripts={data} />
      </div>
      {shown === undefined ? null : <Output key={shown.id} sessionId={sessionId} run={shown} />}
    </div>
  );
}

interface NamedScript {
  name: string;
  title: string;
  command: string;
  /** false: it runs by itself only */
  canStart: boolean;
}

function scriptsOf({ setup, run, teardown }: SessionScripts): NamedScript[] {
  const { names } = text;
  return [
    ...(setup === null ? [] : [{ name: 'setup', title: names.setup, command: setup, canStart: true }]),
    ...run.map(({ name, command }) => ({ name, title: name, command, canStart: true })),
    ...(teardown === null
      ? []
      : [{ name: 'teardown', title: names.teardown, command: teardown, canStart: false }]),
  ];
}

function Ask({ sessionId, hash }: { sessionId: string; hash: string }) {
  return (
    <section className="m-3 mb-1 flex flex-col items-start gap-2 rounded-lg border border-line-strong bg-raised px-3 py-2.5">
      <p className="font-medium text-flame-ink">{text.ask.title}</p>
      <p className="text-ink-2">{text.ask.text}</p>
      <Button look="primary" onClick={() => void server.scripts.allow(sessionId, hash).catch(showError)}>
        {text.ask.allow}
      </Button>
    </section>
  );
}

interface ScriptRowProps {
  sessionId: string;
  script: NamedScript;
  run: ScriptRun | null;
  isAllowed: boolean;
  isShown: boolean;
  onShow(): void;
}

function ScriptRow({ sessionId, script, run, isAllowed, isShown, onShow }: ScriptRowProps) {
  const { name, title, command } = script;
  const isRunning = run?.state === 'running';
  const start = () => {
    onShow();
    void server.scripts.start(sessionId, name).catch(showError);
  };
  return (
    <li className={cx('flex items-start gap-1 rounded-md px-2 py-1', isShown && 'bg-active')}>
      <div className="min-w-0 flex-1">
        <button
          type="button"
          disabled={run === null}
          aria-current={isShown}
          onClick={onShow}
          className="flex min-h-7 w-full items-center gap-2 text-left pointer-coarse:min-h-11"
        >
          <span className="font-medium">{title}</span>
          <span className={cx('text-small', run?.state === 'failed' ? 'text-bad' : 'text-ink-3')}>
            {stateOf(run)}
          </span>
        </button>
        <pre className="max-h-40 overflow-y-auto pb-1 font-mono text-code whitespace-pre-wrap [overflow-wrap:anywhere] text-ink-2">
          {command}
        </pre>
      </div>
      {isRunning ? (
        <IconButton
          label={text.stop(title)}
          icon={<Square {...ICON} />}
          onClick={() => void server.scripts.stop(sessionId, name).catch(showError)}
        />
      ) : isAllowed && script.canStart ? (
        <IconButton
          label={run === null ? text.start(title) : text.again(title)}
          icon={run === null ? <Play {...ICON} /> : <RotateCw {...ICON} />}
          onClick={start}
        />
      ) : null}
    </li>
  );
}

function stateOf(run: ScriptRun | null): string {
  if (run === null) return text.never;
  const code = run.state === 'failed' && run.exitCode !== null ? `, ${text.exit(run.exitCode)}` : '';
  return text.states[run.state] + code;
}

function Facts({ scripts: { ports, lacking } }: { scripts: SessionScripts }) {
  return (
    <>
      {ports.length === 0 ? null : (
        <dl aria-label={text.ports} className="flex flex-col gap-0.5 px-4 pb-2 text-small text-ink-3">
          {ports.map(({ name, variable, port }) => (
            <div key={name} className="flex flex-wrap justify-between gap-x-3">
              <dt className="font-mono [overflow-wrap:anywhere]">{variable}</dt>
              <dd className="font-mono text-ink-2">{port}</dd>
            </div>
          ))}
        </dl>
      )}
      {lacking.length === 0 ? null : (
        <div className="px-4 pb-2 text-small text-ink-3">
          <p className="text-ink-2">{text.lacking}</p>
          <ul>
            {lacking.map(({ path, why }) => (
              <li key={path} className="[overflow-wrap:anywhere]">
                <span className="font-mono">{path}</span>: {why}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Output({ sessionId, run }: { sessionId: string; run: ScriptRun }) {
  const { data } = useScriptOutput(sessionId, run.name, run.id);
  return (
    <section className="flex min-h-0 flex-1 flex-col border-t">
      {data === undefined || data.text === '' ? (
        <Empty>{text.noOutput}</Empty>
      ) : (
        <TerminalView text={data.text} label={text.output(run.name)} />
      )}
    </section>
  );
}
