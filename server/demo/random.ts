/** A stream of numbers in [0, 1) that is the same for the same seed. Source: Bob Jenkins's small fast generator, 32 bits. */
export type Random = () => number;

/** Makes a stream from a seed. */
export function seeded(seed: number): Random {
  let a = 0xf1ea5eed;
  let b = seed | 0;
  let c = seed | 0;
  let d = seed | 0;
  const next: Random = () => {
    const e = (a - ((b << 27) | (b >>> 5))) | 0;
    a = b ^ ((c << 17) | (c >>> 15));
    b = (c + d) | 0;
    c = (d + e) | 0;
    d = (e + a) | 0;
    return (d >>> 0) / 2 ** 32;
  };
  // The first rounds still look like the seed.
  for (let i = 0; i < 20; i++) next();
  return next;
}

/** A whole number from `from` to `to`, both included. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** One of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('assertion failed: pick from an empty list');
  return one;
}
