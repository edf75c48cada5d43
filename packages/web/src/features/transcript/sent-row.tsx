import { Button } from '../../ui/button.tsx';
import { forgetPrompt, sendAgain, type SentPrompt } from '../../live/outbox.ts';
import * as words from '../../words/index.ts';
import { Prompt } from './prompt-row.tsx';

/** A prompt on its way: shown at once, with what became of it. */
export function SentRow({ prompt }: { prompt: SentPrompt }) {
  const { id, agent, at, content, error } = prompt;
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  return (
    <Prompt
      rowKey={id}
      agent={agent}
      at={at}
      text={text}
      blocks={content.filter((block) => block.type !== 'text')}
      status={
        error === null ? (
          <span>{words.transcript.sending}</span>
        ) : (
          <span className="flex flex-wrap items-center gap-2 text-small text-bad" role="alert">
            {words.transcript.notSent(error.message)}
            <Button onClick={() => void sendAgain(id)}>{words.transcript.sendAgain}</Button>
            <Button look="quiet" onClick={() => forgetPrompt(id)}>
              {words.transcript.giveUp}
            </Button>
          </span>
        )
      }
    />
  );
}
