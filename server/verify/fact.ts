import type { Row, Value } from './source.ts';

/** A JSON object of an entry's bytes; nothing about its members is believed until it is read. */
export type Json = { readonly [name: string]: unknown };

/** An entry as its signed bytes say, read by this audit alone. */
export interface Fact {
  id: string;
  store: string;
  terminal: string;
  epoch: number;
  seq: number;
  prevHash: string;
  kind: string;
  member: string | undefined;
  approvedBy: string | undefined;
  redeem: { points: number; named: Map<string, number> } | undefined;
  earned: number;
  /** Points of what it earned that its till keeps. */
  kept: number;
  reversal: { returns: number; clawsBack: number } | undefined;
  reverses: string | undefined;
  adjust: { points: number; settles: { entry: string; how: string } | undefined } | undefined;
  transfer: { to: string; points: number; merge: boolean } | undefined;
  expired: number;
  lease: string | undefined;
  reason: string | undefined;
  json: Json;
}

/** The bytes are no entry. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * Reads the bytes of an entry.
 * @throws Unreadable
 */
export function readFact(bytes: string): Fact {
  const json = parse(bytes);
  const member = optionalText(json, 'member');
  const redeem = optionalObject(json, 'redeem');
  const earn = optionalObject(json, 'earn');
  const reversal = optionalObject(json, 'reversal');
  const adjust = optionalObject(json, 'adjust');
  const settles = adjust === undefined ? undefined : optionalObject(adjust, 'settles');
  const transfer = optionalObject(json, 'transfer');
  return {
    id: text(json, 'id'), store: text(json, 'store'), terminal: text(json, 'terminal'), epoch: number(json, 'epoch'), seq: number(json, 'seq'),
    prevHash: text(json, 'prevHash'), kind: text(json, 'kind'), member, approvedBy: optionalText(json, 'approvedBy'),
    redeem: redeem === undefined ? undefined : { points: number(redeem, 'points'), named: namedLeases(redeem) },
    earned: member === undefined || earn === undefined ? 0 : number(earn, 'points'),
    kept: member === undefined || earn?.['keep'] === undefined ? 0 : number(earn, 'keep'),
    reversal: reversal === undefined ? undefined : { returns: number(reversal, 'returnPoints'), clawsBack: number(reversal, 'clawBackPoints') },
    reverses: optionalText(json, 'reverses'),
    adjust: adjust === undefined ? undefined : {
      points: number(adjust, 'points'), settles: settles === undefined ? undefined : { entry: text(settles, 'entry'), how: text(settles, 'how') },
    },
    transfer: transfer === undefined ? undefined : { to: text(transfer, 'toMember'), points: number(transfer, 'points'), merge: transfer['merge'] === true },
    expired: json['expired'] === undefined ? 0 : number(json, 'expired'),
    lease: optionalText(json, 'lease'), reason: optionalText(json, 'reason'), json,
  };
}

function parse(bytes: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(bytes);
  } catch {
    throw new Unreadable('they are no JSON');
  }
  return asObject(value, 'the entry');
}

/** How many points of each lease a redemption names; a lease may be named twice. */
function namedLeases(redeem: Json): Map<string, number> {
  const cover = optionalObject(redeem, 'cover');
  const list = cover?.['leases'];
  if (!Array.isArray(list)) throw new Unreadable('redeem.cover.leases is no list');
  const named = new Map<string, number>();
  for (const part of list.map((one: unknown) => asObject(one, 'a lease of the cover'))) {
    const lease = text(part, 'lease');
    named.set(lease, (named.get(lease) ?? 0) + number(part, 'points'));
  }
  return named;
}

function asObject(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unreadable(`${name} is no object`);
  return value as Json;
}

function optionalObject(json: Json, name: string): Json | undefined {
  return json[name] === undefined ? undefined : asObject(json[name], name);
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw new Unreadable(`${name} is no text`);
  return value;
}

function optionalText(json: Json, name: string): string | undefined {
  return json[name] === undefined ? undefined : text(json, name);
}

function number(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Unreadable(`${name} is no whole number`);
  return value;
}

/** Whether a text is the canonical JSON (RFC 8785) of what it says: members sorted, nothing between them. */
export function isCanonical(bytes: string, value: unknown): boolean {
  return write(value) === bytes;
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Record<string, unknown>;
  // The default order of sort is by UTF-16 code units, which is the one that RFC 8785 asks for.
  return `{${Object.keys(members).sort().map((name) => `${JSON.stringify(name)}:${write(members[name])}`).join(',')}}`;
}

/** The columns of an entry's row that its bytes say, with what they must be. */
export function columnsOf(fact: Fact): Record<string, Value> {
  const { json } = fact;
  const bill = optionalObject(json, 'bill');
  const at = asObject(json['occurredAt'], 'occurredAt');
  const isMembersSale = fact.kind === 'sale' && fact.member !== undefined;
  return {
    id: fact.id, store: fact.store, terminal: fact.terminal, epoch: fact.epoch, seq: fact.seq, prev_hash: fact.prevHash, kind: fact.kind,
    member: fact.member ?? null, reverses: fact.reverses ?? null, lease: fact.lease ?? null, programme: number(json, 'programme'),
    staff: text(json, 'staff'), approved_by: fact.approvedBy ?? null, currency: bill === undefined ? null : text(bill, 'currency'),
    bill_total: bill === undefined ? 0 : number(bill, 'totalMinor'), bill_net: bill === undefined ? 0 : number(bill, 'netMinor'),
    earn_points: isMembersSale ? fact.earned : 0, redeem_points: isMembersSale ? (fact.redeem?.points ?? 0) : 0,
    occurred_ms: number(at, 'ms'), occurred_n: number(at, 'n'), wall_ms: number(json, 'wallMs'), business_date: text(json, 'businessDate'),
  };
}

/** A column as text; a row whose column is something else was made by hand, and compares as what it is. */
export function textOf(row: Row, name: string): string {
  const value = row[name];
  return value === null || value === undefined ? '' : String(value);
}

/** A column that counts something, exact at any size. */
export function countOf(row: Row, name: string): bigint {
  const value = row[name];
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : 0n;
}

/** A column as a plain number, for places; out of range it is the nearest that there is. */
export function placeOf(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}
