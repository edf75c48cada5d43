/** Stub of the foundation; its feature replaces it. */
export function SignedOut() {
  return <div>SignedOut</div>;
}
