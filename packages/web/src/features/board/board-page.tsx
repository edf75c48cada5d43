/** Stub of the foundation; its feature replaces it. */
export function BoardPage() {
  return <div>BoardPage</div>;
}
