import { CreateComparison, CreateSchedule, CreateTask, type Schedule } from '@pilotlight/protocol';
import { expect, it } from 'vitest';
import { comparisonOf, draftOf, taskOf, templateOf } from './task-draft.ts';

const PROJECT = 'prj_00000001';
const empty = { ...draftOf({ kind: 'task' }, PROJECT, 'alpha'), prompt: ' tidy up ' };

it('asks for a task with nothing but what was said', () => {
  const body = taskOf(empty, PROJECT);
  expect(CreateTask.parse(body)).toMatchObject({
    agent: 'alpha',
    content: [{ type: 'text', text: 'tidy up' }],
  });
  for (const key of ['model', 'base', 'timeLimitMs', 'budget', 'mode', 'webhook', 'title'])
    expect(body).not.toHaveProperty(key);
});

it('says limits as the server counts them', () => {
  const draft = {
    ...empty,
    minutes: '1.5',
    budget: '2.50',
    webhookUrl: ' https://example.com/x ',
    base: 'main',
  };
  expect(CreateTask.parse(taskOf(draft, PROJECT))).toMatchObject({
    timeLimitMs: 90_000,
    budget: { tokens: null, cost: { amount: 2.5, currency: 'USD' } },
    webhook: { url: 'https://example.com/x' },
    base: 'main',
  });
});

it('compares several, each with its model', () => {
  const candidates = [
    { agent: 'alpha', model: '' },
    { agent: null, model: ' large ' },
  ];
  const body = CreateComparison.parse(comparisonOf({ ...empty, candidates }, PROJECT, 'beta'));
  expect(body.candidates.map(({ agent, model }) => [agent, model])).toEqual([
    ['alpha', undefined],
    ['beta', 'large'],
  ]);
});

it('changes of a schedule what it shows, and keeps the rest', () => {
  const task = {
    content: [{ type: 'text' as const, text: 'tidy up' }],
    agent: 'alpha',
    title: 'Tidy',
    inPlace: true,
    priority: 'high' as const,
    retries: 1,
    budget: { tokens: 500, cost: null },
    webhook: { url: 'https://example.com/', signed: true },
  };
  const schedule = { id: 'sch_00000001', projectId: PROJECT, name: 'n', cron: '@daily', task } as Schedule;
  const draft = draftOf({ kind: 'schedule', schedule }, null, null);
  expect(draft).toMatchObject({ prompt: 'tidy up', projectId: PROJECT, priority: 'high', cron: '@daily' });
  const changed = CreateSchedule.shape.task.parse(templateOf({ ...draft, minutes: '2' }, task));
  const { webhook, ...rest } = task;
  expect(changed).toEqual({ ...rest, timeLimitMs: 120_000, webhook: { url: webhook.url } });
});
