/** Initials of a name: one character for Chinese names, up to two letters for others. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => word !== '');
  const first = Array.from(words[0] ?? '')[0] ?? '';
  if (/\p{Script=Han}/u.test(first)) return first;
  const last = words.length > 1 ? (Array.from(words.at(-1) ?? '')[0] ?? '') : '';
  return (first + last).toLocaleUpperCase('en');
}

/** A quiet disc with initials; the name always stands beside it. */
export function Avatar({ name }: { name: string }) {
  return <span className="avatar" aria-hidden="true">{initialsOf(name)}</span>;
}
