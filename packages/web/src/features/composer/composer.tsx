/** Stub of the foundation; its feature replaces it. */
export function Composer(_: { chatId: string; sessionId: string }) {
  return <div>Composer</div>;
}
