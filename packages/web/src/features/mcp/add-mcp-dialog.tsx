import { toErrorInfo, type IndexState } from '@pilotlight/protocol';
import { useId, useRef, useState, type ReactNode } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { WithCode } from '../board/with-code.tsx';
import { FIELD } from './field.ts';
import { EMPTY_DRAFT, readDraft, type McpDraft, type McpKind } from './mcp-form.ts';
import { useMcpChange } from './use-mcp-servers.ts';

const text = words.mcp.form;
const KINDS: readonly McpKind[] = ['stdio', 'http', 'sse'];
const allProjects = (index: IndexState) => Object.values(index.projects);

export function AddMcpDialog({ onClose }: { onClose(): void }) {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [error, setError] = useState<string | null>(null);
  const projects = useIndex(allProjects);
  const name = useRef<HTMLInputElement>(null);
  const values = useId();
  const { mutate, isPending } = useMcpChange((refusal) => setError(toErrorInfo(refusal).message));
  const change = (changes: Partial<McpDraft>) => {
    setDraft({ ...draft, ...changes });
    setError(null);
  };
  const add = () => {
    const body = readDraft(draft);
    if (typeof body === 'string') setError(body);
    else mutate(() => server.createMcpServer(body), { onSuccess: onClose });
  };
  const isStdio = draft.kind === 'stdio';
  return (
    <Dialog open onClose={onClose} title={text.title} initialFocus={name}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div className="flex flex-col gap-3 overflow-y-auto px-4 py-3">
          <div className="flex flex-wrap gap-3">
            <Labelled label={text.name}>
              <input
                ref={name}
                value={draft.name}
                placeholder={text.nameHint}
                autoComplete="off"
                spellCheck={false}
                onChange={({ target }) => change({ name: target.value })}
                className={FIELD}
              />
            </Labelled>
            <Labelled label={text.place}>
              <select
                value={draft.projectId ?? ''}
                onChange={({ target }) => change({ projectId: target.value === '' ? null : target.value })}
                className={FIELD}
              >
                <option value="">{words.mcp.everyProject}</option>
                {projects.map(({ id, name: projectName }) => (
                  <option key={id} value={id}>
                    {projectName}
                  </option>
                ))}
              </select>
            </Labelled>
          </div>
          <div>
            <Segments
              label={text.how}
              value={draft.kind}
              options={KINDS.map((value) => ({ value, label: text.kinds[value] }))}
              onChange={(kind) => change({ kind })}
            />
          </div>
          <Labelled label={isStdio ? text.command : text.url}>
            <input
              value={draft.target}
              placeholder={isStdio ? text.commandHint : text.urlHint}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => change({ target: target.value })}
              className={cx(FIELD, 'font-mono text-code')}
            />
          </Labelled>
          <Labelled label={isStdio ? text.env : text.headers}>
            <textarea
              rows={2}
              value={draft.values}
              placeholder={isStdio ? text.envHint : text.headersHint}
              spellCheck={false}
              aria-describedby={values}
              onChange={({ target }) => change({ values: target.value })}
              className={cx(
                FIELD,
                'field-sizing-content h-auto! max-h-40 min-h-14 resize-none py-1.5 font-mono text-code',
              )}
            />
          </Labelled>
          <p id={values} className="-mt-2 text-small text-ink-3">
            <WithCode text={text.valuesAbout} />
          </p>
          {error === null ? null : (
            <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
              <WithCode text={error} />
            </p>
          )}
        </div>
        <footer className="flex justify-end border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
          <Button look="primary" type="submit" disabled={isPending || draft.name.trim() === ''}>
            {text.save}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="flex min-w-44 flex-1 flex-col gap-1">
      <span className="text-small text-ink-2">{label}</span>
      {children}
    </label>
  );
}
