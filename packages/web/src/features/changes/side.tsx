/** Stub of the foundation; its feature replaces it. */
export function Side(_: { chatId: string; sessionId: string }) {
  return <div>Side</div>;
}
