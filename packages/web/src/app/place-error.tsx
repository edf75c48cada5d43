import { toErrorInfo } from '@pilotlight/protocol';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import * as words from '../words/index.ts';

/** Instead of a place that could not be shown: its code did not come, or it failed. The rest of the page goes on. */
export function PlaceError({ error }: ErrorComponentProps) {
  const text = words.common.place;
  const message = toErrorInfo(error).message;
  const isCode = /dynamically imported module|Importing a module script/i.test(message);
  return (
    <div role="alert">
      <Empty action={<Button onClick={() => location.reload()}>{text.reload}</Button>}>
        {isCode ? text.noCode : text.failed(message)}
      </Empty>
    </div>
  );
}

export function NoPlace() {
  const text = words.common.place;
  return (
    <Empty
      action={
        <Link to="/" className="text-ink underline underline-offset-2">
          {text.toBoard}
        </Link>
      }
    >
      {text.nothing}
    </Empty>
  );
}
