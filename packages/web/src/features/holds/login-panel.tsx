import type { AgentLogin, LoginMethod } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { CopyCommand } from '../access/copy-command.tsx';
import { KeyForm } from './key-form.tsx';

const text = words.holds;

/** The ways to log in to an agent, and what to press when that is done. */
export function LoginPanel({ agent }: { agent: string }) {
  const key = ['agent-login', agent];
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: key, queryFn: () => server.agentLogin(agent), staleTime: 0 });
  const { mutate: logIn, isPending } = useMutation({
    mutationFn: (methodId?: string) => server.logIn(agent, methodId === undefined ? {} : { methodId }),
    onSuccess: (login) => queries.setQueryData(key, login),
    onError: showError,
  });
  const onSet = (login: AgentLogin): void => void queries.setQueryData(key, login);
  return (
    <div className="flex flex-col gap-2">
      {data === undefined ? (
        <p className="text-small text-ink-3">{text.loadingMethods}</p>
      ) : data.methods.length === 0 ? (
        <p className="text-small text-ink-3">{data.hint || text.noMethods}</p>
      ) : (
        <ul aria-label={text.methods} className="flex flex-col gap-2">
          {data.methods.map((method) => (
            <li key={method.id} className="flex flex-col gap-1">
              <p className="text-small text-ink-3">{method.name}</p>
              {method.kind === 'key' ? (
                <KeyForm agent={agent} method={method} keysSet={data.keysSet} onSet={onSet} />
              ) : (
                <Way method={method} isPending={isPending} onLogIn={() => logIn(method.id)} />
              )}
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button disabled={isPending} onClick={() => logIn(undefined)}>
          {text.tryAgain}
        </Button>
      </div>
    </div>
  );
}

function Way({ method, isPending, onLogIn }: { method: LoginMethod; isPending: boolean; onLogIn(): void }) {
  if (method.kind === 'terminal') return <CopyCommand command={method.command ?? ''} />;
  if (method.kind === 'url') {
    return (
      <a
        href={method.url ?? ''}
        target="_blank"
        rel="noreferrer"
        className="inline-flex items-center gap-1.5 self-start underline underline-offset-2"
      >
        {text.openPage}
        <ExternalLink size={14} strokeWidth={1.75} aria-hidden />
      </a>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <Button disabled={isPending} onClick={onLogIn} aria-label={`${text.logInBy}: ${method.name}`}>
        {text.logInBy}
      </Button>
      {isPending ? <span className="text-small text-ink-3">{text.loggingIn}</span> : null}
    </div>
  );
}
