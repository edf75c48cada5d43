import { useMemo } from 'react';
import { create, useStore, type StoreApi, type UseBoundStore } from 'zustand';
import { persist } from 'zustand/middleware';
import { isSamePlace, type Place } from './review-rows.ts';

/** A note on lines that is being typed. */
export interface TypedNote {
  /** it is saved with this id, so that it is saved once, whatever happens in between */
  id: string;
  path: string;
  place: Place;
  /** what those lines say */
  code: string;
  text: string;
}

interface Typed {
  notes: readonly TypedNote[];
  /** by the id of a note: what is being made of it */
  edits: Readonly<Record<string, string>>;
}

type TypedStore = UseBoundStore<StoreApi<Typed>> & { persist: { clearStorage(): void } };

const stores = new Map<string, TypedStore>();

/** What is typed in a session is kept in this browser under a name of its own, over a reload, until it is saved or cancelled. */
function storeOf(sessionId: string): TypedStore {
  let store = stores.get(sessionId);
  if (store === undefined) {
    store = create<Typed>()(
      persist((): Typed => ({ notes: [], edits: {} }), {
        name: `pilotlight.typed-notes.${sessionId}`,
        partialize: ({ notes, edits }) => ({ notes: notes.filter(({ text }) => text.trim() !== ''), edits }),
      }),
    );
    stores.set(sessionId, store);
  }
  return store;
}

/** The notes that are being typed on a file, in the order in which they were begun. */
export function useTypedNotes(sessionId: string, path: string): readonly TypedNote[] {
  const notes = useStore(storeOf(sessionId), (typed) => typed.notes);
  return useMemo(() => notes.filter((note) => note.path === path), [notes, path]);
}

/** What is being made of a note; null: it is not being edited. */
export function useTypedEdit(sessionId: string, noteId: string): string | null {
  return useStore(storeOf(sessionId), ({ edits }) => edits[noteId] ?? null);
}

/** Begins a note. One on the same lines goes on; others in which nothing was typed go. */
export function beginNote(sessionId: string, note: TypedNote): void {
  change(sessionId, ({ notes, edits }) => {
    const left = notes.filter((each) => isOnSameLines(each, note) || each.text.trim() !== '');
    return { notes: left.some((each) => isOnSameLines(each, note)) ? left : [...left, note], edits };
  });
}

export function typeNote(sessionId: string, id: string, text: string): void {
  change(sessionId, ({ notes, edits }) => ({
    notes: notes.map((each) => (each.id === id ? { ...each, text } : each)),
    edits,
  }));
}

export function endNote(sessionId: string, id: string): void {
  change(sessionId, ({ notes, edits }) => ({ notes: notes.filter((each) => each.id !== id), edits }));
}

/** `text` null: it is not edited any more. */
export function typeEdit(sessionId: string, noteId: string, text: string | null): void {
  change(sessionId, ({ notes, edits }) => {
    const { [noteId]: _, ...others } = edits;
    return { notes, edits: text === null ? others : { ...others, [noteId]: text } };
  });
}

function change(sessionId: string, to: (before: Typed) => Typed): void {
  const store = storeOf(sessionId);
  store.setState(to);
  const { notes, edits } = store.getState();
  if (notes.length === 0 && Object.keys(edits).length === 0) store.persist.clearStorage();
}

function isOnSameLines(one: TypedNote, other: TypedNote): boolean {
  return one.path === other.path && isSamePlace(one.place, other.place);
}
