import type { IndexState, Trigger } from '@pilotlight/protocol';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { openTaskForm } from './open-task-form.ts';
import { showSecret } from './shown-secret.ts';
import { SourceRow } from './source-row.tsx';

const text = words.tasks;
const all = (index: IndexState): Trigger[] => Object.values(index.triggers);

export function TriggersSection() {
  const triggers = useIndex(all);
  return (
    <Section id="triggers" title={text.triggers}>
      {triggers.length === 0 ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
          <p className="min-w-56 flex-1 text-ink-3">{text.noTriggers}</p>
          <Button onClick={() => openTaskForm({ kind: 'trigger' })}>{text.newTrigger}</Button>
        </div>
      ) : (
        <>
          <ul>
            {triggers.map((trigger) => (
              <TriggerRow key={trigger.id} trigger={trigger} />
            ))}
          </ul>
          <Button
            look="quiet"
            className="-ml-2.5 phone:hidden"
            onClick={() => openTaskForm({ kind: 'trigger' })}
          >
            {text.newTrigger}
          </Button>
        </>
      )}
    </Section>
  );
}

function TriggerRow({ trigger }: { trigger: Trigger }) {
  const { id, name, enabled, lastUsedAt } = trigger;
  return (
    <SourceRow
      name={name}
      detail={`POST /api/triggers/${id.slice(0, 12)}…`}
      about={
        lastUsedAt === null ? (
          text.notUsed
        ) : (
          <>
            {text.lastUsed} <Ago at={lastUsedAt} />
          </>
        )
      }
      enabled={enabled}
      onEnable={(wanted) => void server.updateTrigger(id, { enabled: wanted }).catch(showError)}
      onEdit={() => openTaskForm({ kind: 'trigger', trigger })}
      onNewSecret={() => server.updateTrigger(id, { newSecret: true }).then(showSecret, showError)}
      onRemove={() => server.removeTrigger(id).then(() => toast(text.removed(name)), showError)}
    />
  );
}
