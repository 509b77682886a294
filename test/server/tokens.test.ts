import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeHash, makeCode, normaliseCode } from '../../server/auth/codes.ts';
import { CHALLENGE_MS, challengeHolds, makeChallenge, makeToken, readToken } from '../../server/auth/tokens.ts';

const secret = randomBytes(32);
const NOW = 1_764_000_000_000;

describe('session tokens', () => {
  it('gives back exactly the claims it was made of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/), fc.nat(), fc.nat(), (terminal, epoch, expiresMs) => {
        expect(readToken(secret, makeToken(secret, { terminal, epoch, expiresMs }))).toEqual({ terminal, epoch, expiresMs });
      }),
    );
  });

  it('knows no token with a changed letter, of another secret, or of another form', () => {
    const token = makeToken(secret, { terminal: 'HS-1', epoch: 1, expiresMs: NOW });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.'), (at, letter) => {
        fc.pre(token[at] !== letter);
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        const claims = readToken(secret, changed);
        // Base64 has spare bits in its last letter, but the MAC is compared as text.
        expect(claims).toBeUndefined();
      }),
    );
    expect(readToken(randomBytes(32), token)).toBeUndefined();
    for (const other of ['', '.', 'a.b', token.repeat(20)]) expect(readToken(secret, other)).toBeUndefined();
  });
});

describe('challenges', () => {
  it('hold while fresh, on every server with the secret, and not after', () => {
    const challenge = makeChallenge(secret, NOW);
    expect(challengeHolds(secret, challenge, NOW)).toBe(true);
    expect(challengeHolds(Buffer.from(secret), challenge, NOW + CHALLENGE_MS)).toBe(true);
    expect(challengeHolds(secret, challenge, NOW + CHALLENGE_MS + 1)).toBe(false);
    expect(challengeHolds(secret, challenge, NOW - 60_000)).toBe(false);
    expect(challengeHolds(randomBytes(32), challenge, NOW)).toBe(false);
    expect(challengeHolds(secret, '', NOW)).toBe(false);
    expect(challengeHolds(secret, `${(NOW + 1).toString(36)}${challenge.slice(challenge.indexOf('.'))}`, NOW)).toBe(false);
  });

  it('are never the same twice, and no challenge is a token', () => {
    const challenge = makeChallenge(secret, NOW);
    expect(makeChallenge(secret, NOW)).not.toBe(challenge);
    expect(readToken(secret, challenge)).toBeUndefined();
  });
});

describe('enrolment codes', () => {
  it('are hard to guess, easy to read, and read the same however they are typed', () => {
    const codes = new Set(Array.from({ length: 500 }, makeCode));
    expect(codes.size).toBe(500);
    for (const code of codes) {
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(codeHash(` ${code.toLowerCase().replace('-', ' ')} `)).toBe(codeHash(code));
    }
    expect(normaliseCode('oi-l0')).toBe('0110');
    expect(codeHash('AAAAA-AAAAA')).toMatch(/^[0-9a-f]{64}$/);
  });
});
