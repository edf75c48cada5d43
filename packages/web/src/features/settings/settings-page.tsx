/** Stub of the foundation; its feature replaces it. */
export function SettingsPage() {
  return <div>SettingsPage</div>;
}
