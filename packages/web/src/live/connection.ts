import type { ConnectionStatus } from '@pilotlight/client';
import { PilotlightError } from '@pilotlight/protocol';
import { create } from 'zustand';

/** `lost` only after it lasted: a short break is caught up unseen. `signed_out`: the server does not know this browser. */
export type Connection = 'connecting' | 'live' | 'lost' | 'signed_out';

interface ConnectionStore {
  connection: Connection;
  /** epoch ms since when nothing came; null while live */
  since: number | null;
}

/** How long a lost connection may go unmentioned, in ms. */
const LASTING = 2_000;

export const useConnection = create<ConnectionStore>()(() => ({ connection: 'connecting', since: null }));

let lasting: ReturnType<typeof setTimeout> | undefined;

/** Takes what a follow says of the connection. */
export function connectionChanged(status: ConnectionStatus): void {
  const { connection, since } = useConnection.getState();
  if (connection === 'signed_out') return;
  if (status.state === 'live') {
    clearTimeout(lasting);
    lasting = undefined;
    useConnection.setState({ connection: 'live', since: null });
  } else if (status.state === 'waiting' && lasting === undefined) {
    useConnection.setState({ since: since ?? Date.now() });
    lasting = setTimeout(() => useConnection.setState({ connection: 'lost' }), LASTING);
  }
}

/** Whether the error says that this browser is signed out; the page then shows how to sign in. */
export function noteSignedOut(error: unknown): boolean {
  if (!(error instanceof PilotlightError) || error.code !== 'unauthorized') return false;
  clearTimeout(lasting);
  useConnection.setState({ connection: 'signed_out' });
  return true;
}
