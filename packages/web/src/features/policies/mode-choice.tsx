import type { PolicyMode } from '@pilotlight/protocol';
import { useId, useState } from 'react';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';

const MODES: PolicyMode[] = ['ask', 'accept_edits', 'allow_in_worktree', 'allow_all'];

/** What becomes of requests that no rule speaks of. `inherited`: the project's, for a session; null for a project. */
export function ModeChoice({
  mode,
  revision,
  inherited,
  onChange,
}: {
  mode: PolicyMode | null;
  /** of the policy that says so */
  revision: number;
  inherited: PolicyMode | null;
  /** resolves with whether it is so */
  onChange(mode: PolicyMode | null): Promise<boolean>;
}) {
  const w = words.policies;
  const name = useId();
  // Shown as pressed until the next revision says so.
  const [pressed, setPressed] = useState<{ mode: PolicyMode | null; revision: number } | null>(null);
  const shown = pressed?.revision === revision ? pressed.mode : mode;
  const chosen = shown ?? (inherited === null ? 'ask' : null);
  const press = (next: PolicyMode | null): void => {
    setPressed({ mode: next, revision });
    void onChange(next).then((isDone) => isDone || setPressed(null));
  };
  const own = MODES.map((value) => ({ value, ...w.modes[value] }));
  const options = inherited === null ? own : [{ value: null, ...w.modeFromProject(inherited) }, ...own];
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1.5 w-full border-b border-line pb-1.5 font-medium text-ink-2">{w.mode}</legend>
      {options.map(({ value, name: title, about }) => (
        <label
          key={value ?? 'project'}
          className={cx(
            'flex min-h-8 items-baseline gap-2.5 rounded-md border px-2.5 py-1 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-flame pointer-coarse:min-h-11',
            value === chosen ? 'border-flame bg-flame-wash' : 'border-transparent',
          )}
        >
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => press(value)}
            className="size-3.5 shrink-0 translate-y-0.5 accent-flame"
          />
          <span className="flex min-w-0 flex-1 flex-col phone:flex-row phone:items-baseline">
            <span className="w-36 shrink-0">{title}</span>
            <span className="min-w-0 text-small text-ink-2">{about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
