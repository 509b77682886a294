/** Time in which the browser takes a file over before its address ends, milliseconds. */
const TAKEN_MS = 60_000;

/** Gives a file to the browser, or to Electron, to save: both ask or know where. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), TAKEN_MS);
}
