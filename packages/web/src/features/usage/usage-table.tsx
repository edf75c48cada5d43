import type { UsageBy, UsageReport, UsageSum } from '@pilotlight/protocol';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';

const text = words.usage;

export interface UsageLine {
  key: string;
  name: string;
  sum: UsageSum;
}

/** Figures under each other, one line for each thing, and all of them together where that says more. */
export function UsageTable({
  caption,
  lines,
  total,
}: {
  caption: string;
  lines: readonly UsageLine[];
  total?: UsageSum;
}) {
  const { columns } = text;
  return (
    <table className="w-full text-ui tabular-nums">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="text-small text-ink-3">
          <th className="py-1 text-left font-normal">{caption}</th>
          {Object.entries(columns).map(([key, name]) => (
            <th
              key={key}
              className={cx('py-1 pl-3 text-right font-normal', HIDDEN.has(key) && 'max-phone:hidden')}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ key, name, sum }) => (
          <tr key={key} className="border-t border-line">
            <th scope="row" className="max-w-0 truncate py-1.5 text-left font-normal" title={name}>
              {name}
            </th>
            <Figures sum={sum} />
          </tr>
        ))}
        {total === undefined || lines.length < 2 ? null : (
          <tr className="border-t border-line-strong font-medium">
            <th scope="row" className="py-1.5 text-left font-medium">
              {text.all}
            </th>
            <Figures sum={total} />
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** What a phone has no room for. */
const HIDDEN = new Set(['input', 'cached', 'output']);
const CELL = 'w-[13%] py-1.5 pl-3 text-right whitespace-nowrap';

function Figures({ sum }: { sum: UsageSum }) {
  const { turns, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, silentTurns, costs } = sum;
  return (
    <>
      <td className={CELL} title={silentTurns === 0 ? undefined : text.silent(silentTurns)}>
        {turns}
        {silentTurns === 0 ? null : <span className="sr-only">. {text.silent(silentTurns)}</span>}
      </td>
      <td className={cx(CELL, 'max-phone:hidden')}>{text.tokens(inputTokens)}</td>
      <td className={cx(CELL, 'max-phone:hidden')}>{text.tokens(cacheReadTokens + cacheWriteTokens)}</td>
      <td className={cx(CELL, 'max-phone:hidden')}>{text.tokens(outputTokens)}</td>
      <td className={CELL}>{costs.map((cost) => text.money(cost)).join(' + ') || text.noCost}</td>
    </>
  );
}

/** The rows of a report, by names that say something. */
export function linesOf(by: UsageBy, { rows }: UsageReport): UsageLine[] {
  return rows.map((row) => ({ key: row.key, name: nameOf(by, row.key, row.name), sum: row }));
}

function nameOf(by: UsageBy, key: string, name: string | null): string {
  if (by === 'day')
    return new Date(`${key}T12:00`).toLocaleDateString(undefined, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
    });
  if (by === 'agent') return key;
  if (by === 'model') return key || text.unnamed.model;
  return name ?? text.unnamed.other;
}
