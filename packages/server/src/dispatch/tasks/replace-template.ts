import type { TaskTemplate } from '@pilotlight/protocol';

/** The template that takes the place of another; its webhook, where it names no secret and goes to the same URL, keeps that of before. */
export function replaceTemplate(before: TaskTemplate, after: TaskTemplate | undefined): TaskTemplate {
  if (after === undefined) return before;
  const { webhook } = after;
  const secret = before.webhook?.secret;
  if (webhook === undefined || webhook.secret !== undefined || secret === undefined) return after;
  return webhook.url === before.webhook?.url ? { ...after, webhook: { ...webhook, secret } } : after;
}
