import type { AgentLogin, LoginMethod } from '@pilotlight/protocol';
import { useId, useState, type FormEvent } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';

const text = words.holds;
const FIELD = 'h-7 rounded-md border border-line-strong bg-raised px-2 text-ui text-ink pointer-coarse:h-11';

export interface KeyFormProps {
  agent: string;
  method: LoginMethod;
  keysSet: readonly string[];
  onSet(login: AgentLogin): void;
}

/** A key goes from this field to the server and is kept nowhere here; what waits goes on with it. */
export function KeyForm({ agent, method, keysSet, onSet }: KeyFormProps) {
  const id = useId();
  const [key, setKey] = useState('');
  const [variable, setVariable] = useState(method.variables[0] ?? '');
  const [isSending, setSending] = useState(false);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() === '') return;
    setSending(true);
    const body = {
      key,
      ...(variable === '' ? {} : { variable }),
      ...(method.authenticates ? { methodId: method.id } : {}),
    };
    void server
      .setKey(agent, body)
      .then((login) => {
        setKey('');
        onSet(login);
      }, showError)
      .finally(() => setSending(false));
  };
  const set = keysSet.filter((name) => method.variables.includes(name));
  return (
    <form onSubmit={send} className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={id} className="sr-only">
          {variable === '' ? text.key : text.keyFor(variable)}
        </label>
        {method.variables.length > 1 ? (
          <select
            aria-label={text.variable}
            value={variable}
            onChange={(event) => setVariable(event.target.value)}
            className={`${FIELD} font-mono`}
          >
            {method.variables.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : (
          <span className="font-mono text-code text-ink-2">{variable}</span>
        )}
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          className={`${FIELD} min-w-40 flex-1 font-mono`}
        />
        <Button type="submit" disabled={isSending || key.trim() === ''}>
          {text.saveKey}
        </Button>
      </div>
      <p className="text-small text-ink-3">
        {set.length === 0 ? text.keyAbout : text.keysSet(set.join(', '))}
      </p>
    </form>
  );
}
