import { CopyButton } from '../../ui/code/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { hideSecret } from './shown-secret.ts';

const text = words.tasks;

export function SecretDialog({ triggerId, secret }: { triggerId: string; secret: string }) {
  const request = `curl -X POST ${location.origin}/api/triggers/${triggerId} \\
  -H 'Authorization: Bearer ${secret}' \\
  -H 'Content-Type: application/json' -d '{}'`;
  return (
    <Dialog open onClose={hideSecret} title={text.secretTitle} description={text.secretAbout}>
      <div className="flex flex-col gap-3 overflow-y-auto px-4 pt-1 pb-[max(16px,env(safe-area-inset-bottom))]">
        <Copied label={text.secret} value={secret} />
        <Copied label={text.request} value={request} />
      </div>
    </Dialog>
  );
}

function Copied({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <p className="text-small text-ink-2">{label}</p>
      <div className="flex items-start gap-2 rounded-md border border-line bg-sunken p-2">
        <pre tabIndex={0} aria-label={label} className="min-w-0 flex-1 overflow-x-auto font-mono text-code">
          {value}
        </pre>
        <CopyButton text={value} />
      </div>
    </div>
  );
}
