import type { ReviewRequest } from '@pilotlight/protocol';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';

const FIELD =
  'w-full rounded-md border border-line-strong bg-base px-2.5 py-1.5 text-ui text-ink outline-none focus-visible:border-flame';

/** What an action may be told besides. */
export function ActionFields(props: { request: ReviewRequest; onChange(request: ReviewRequest): void }) {
  const { request, onChange } = props;
  const w = words.review.fields;
  if (request.kind === 'push') {
    return (
      <Switch
        label={w.force}
        checked={request.force === true}
        onChange={(force) => onChange({ ...request, force })}
      />
    );
  }
  if (request.kind !== 'pull_request') return null;
  return (
    <>
      <label className="flex flex-col gap-1">
        {w.title}
        <input
          required
          maxLength={300}
          value={request.title}
          onChange={({ target }) => onChange({ ...request, title: target.value })}
          className={FIELD}
        />
      </label>
      <label className="flex flex-col gap-1">
        {w.body}
        <textarea
          rows={4}
          value={request.body ?? ''}
          onChange={({ target }) => onChange({ ...request, body: target.value })}
          className={FIELD}
        />
      </label>
      <Switch
        label={w.draft}
        checked={request.draft === true}
        onChange={(draft) => onChange({ ...request, draft })}
      />
    </>
  );
}
