/** Stub of the foundation; its feature replaces it. */
export function InboxPage() {
  return <div>InboxPage</div>;
}
