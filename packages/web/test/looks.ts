/** Where things are on the page, by the words the page itself has for them. */
import type { Locator, Page } from 'playwright-core';
import * as words from '../src/words/index.ts';

export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: /^Prompt for / }).first();
}

export function transcript(page: Page): Locator {
  return page.getByRole('log', { name: words.transcript.label }).first();
}

/** What the transcript says, without what changes by the clock. */
export async function saidIn(page: Page): Promise<string> {
  const text = await transcript(page).innerText();
  return text.replaceAll(/\b\d+(\.\d+)? (s|min|h)\b|\b\d+:\d\d\b/g, '…').replaceAll(/\s+/g, ' ');
}

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Waits until something in the transcript says exactly this (a prompt that holds it does not), or matches it. */
export async function sees(page: Page, text: string | RegExp): Promise<void> {
  await transcript(page).getByText(text, { exact: true }).last().waitFor();
}
