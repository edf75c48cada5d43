/** A path inside a folder as the folder sees it; any other path as it is. */
export function relativeTo(folder: string, path: string): string {
  const plain = path.replace(/^file:\/\//, '').replace(/^\.\//, '');
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return folder !== '' && plain.startsWith(prefix) ? plain.slice(prefix.length) : plain;
}
