import { X } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { announce } from '../../ui/announce.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { WithCode } from '../board/with-code.tsx';
import { FIELD } from './field.ts';
import { useMcpChange } from './use-mcp-servers.ts';

const text = words.mcp.secrets;

/** The names of secrets that are kept, and a way to keep one. A value goes in and is never shown. */
export function McpSecrets({ names }: { names: readonly string[] }) {
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const { mutate, isPending } = useMcpChange();
  const keep = () =>
    mutate(() => server.setMcpSecret(name.trim(), value), {
      onSuccess: () => {
        announce(text.kept(name.trim()));
        setName('');
        setValue('');
      },
    });
  return (
    <div className="flex flex-col gap-2 py-2.5">
      <div>
        <h3>{text.title}</h3>
        <p className="max-w-[70ch] text-small text-ink-3">
          <WithCode text={text.about} />
        </p>
      </div>
      {names.length === 0 ? null : (
        <ul className="flex flex-wrap gap-1.5">
          {names.map((each) => (
            <li key={each} className="flex items-center rounded-md border border-line bg-raised pl-2">
              <code className="font-mono text-code">{each}</code>
              <IconButton
                label={text.remove(each)}
                icon={<X size={14} strokeWidth={1.75} />}
                disabled={isPending}
                onClick={() => mutate(() => server.removeMcpSecret(each))}
              />
            </li>
          ))}
        </ul>
      )}
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          keep();
        }}
      >
        <input
          aria-label={text.name}
          placeholder={text.nameHint}
          value={name}
          onChange={({ target }) => setName(target.value)}
          autoComplete="off"
          spellCheck={false}
          className={`${FIELD} w-44 font-mono text-code`}
        />
        <input
          type="password"
          aria-label={text.value}
          placeholder={text.valueHint}
          value={value}
          onChange={({ target }) => setValue(target.value)}
          autoComplete="new-password"
          className={`${FIELD} min-w-44 flex-1`}
        />
        <Button type="submit" disabled={isPending || name.trim() === '' || value === ''}>
          {text.save}
        </Button>
      </form>
    </div>
  );
}
