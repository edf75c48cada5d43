/** Stub of the foundation; its feature replaces it. */
export function Transcript(_: { chatId: string; sessionId: string }) {
  return <div>Transcript</div>;
}
