import { create } from 'zustand';
import { EMPTY_DRAFT, isEmpty, keepable, parseDraft, type Draft } from './draft.ts';

interface Drafts {
  /** by chat */
  drafts: Record<string, Draft>;
}

/** One entry a chat, so that two windows do not write over each other's drafts. */
const PREFIX = 'pilotlight.draft.';
const MAX_KEPT = 40;
/** How long after the last key a draft is written, in ms. */
const PAUSE = 400;

const useDrafts = create<Drafts>()(() => ({ drafts: {} }));
const unsaved = new Set<string>();
let saving: ReturnType<typeof setTimeout> | undefined;

/** What `select` picks of the chat's draft; it must answer stable values. */
export function useDraft<T>(chatId: string, select: (draft: Draft) => T): T {
  return useDrafts(({ drafts }) => select(drafts[chatId] ?? kept(chatId)));
}

export function draftOf(chatId: string): Draft {
  return useDrafts.getState().drafts[chatId] ?? kept(chatId);
}

export function changeDraft(chatId: string, changes: Partial<Draft>): void {
  const draft = { ...draftOf(chatId), ...changes };
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [chatId]: draft } }));
  unsaved.add(chatId);
  clearTimeout(saving);
  saving = setTimeout(saveAll, PAUSE);
}

export function clearDraft(chatId: string): void {
  changeDraft(chatId, EMPTY_DRAFT);
  saveAll();
}

const fromStorage = new Map<string, Draft>();

function kept(chatId: string): Draft {
  let draft = fromStorage.get(chatId);
  if (draft === undefined) {
    draft = parseDraft(read(chatId)) ?? EMPTY_DRAFT;
    fromStorage.set(chatId, draft);
  }
  return draft;
}

function read(chatId: string): string | null {
  try {
    return localStorage.getItem(PREFIX + chatId);
  } catch {
    return null;
  }
}

function saveAll(): void {
  clearTimeout(saving);
  for (const chatId of unsaved) save(chatId, draftOf(chatId));
  unsaved.clear();
}

function save(chatId: string, draft: Draft): void {
  try {
    if (isEmpty(draft)) localStorage.removeItem(PREFIX + chatId);
    else {
      localStorage.setItem(PREFIX + chatId, JSON.stringify({ ...keepable(draft), at: Date.now() }));
      prune();
    }
  } catch {
    // The storage is full or closed: the draft lives as long as the page.
  }
}

/** The drafts touched longest ago go first. */
function prune(): void {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  if (keys.length <= MAX_KEPT) return;
  const age = (key: string): number => Number(/"at":(\d+)}$/.exec(localStorage.getItem(key) ?? '')?.[1] ?? 0);
  const oldest = keys.toSorted((a, b) => age(a) - age(b)).slice(0, keys.length - MAX_KEPT);
  for (const key of oldest) localStorage.removeItem(key);
}

addEventListener('pagehide', saveAll);
