import { LatestCheckpointResponse, ProofResponse, type InclusionProof } from '../../contract/checkpoint.ts';
import { PULLED, type PulledName } from '../../contract/collections.ts';
import type { Envelope } from '../../contract/entry.ts';
import {
  CheckpointSchema, FindResponse, HeadResponse, Incarnation, LeaseResponse, PushResponse, PushResult, PullResponses, ShowVoucherResponse, type Checkpoint,
  type ShownVoucher,
} from '../../contract/http.ts';
import type { AccountDoc, LeaseDoc } from '../../contract/documents.ts';
import { PublishResponse, type PublishRequest } from '../../contract/programmes.ts';
import { AlarmsResponse, type Alarms } from '../../contract/alarms.ts';
import { OpenLeasesResponse, ShortfallsResponse, type OpenLeases, type Shortfalls } from '../../contract/reports.ts';
import { compileCheck, type Check } from '../../contract/validate.ts';
import type { SignedCheckpoint } from '../../domain/checkpoint.ts';
import type { NamedLease } from '../ports.ts';
import type { Answer, Http, OpenedStream } from './http.ts';
import type { Session } from './session.ts';
import type { SyncTiming } from './timing.ts';

/** Where the server stands: the head of this till's chain, and the ledger's own. */
export interface ServerHead {
  server: string;
  /** The stretch of the server's life in which this was read. */
  incarnation?: string;
  chain: { seq: number; hash: string };
  position: number;
  rev: number;
}

/** A page of a collection. Documents are checked one by one by the puller, so that one bad one can be named. */
export interface PulledPage {
  documents: unknown[];
  checkpoint: Checkpoint;
  /** The stretch of the server's life in which this was read; it is sent back with the checkpoint. */
  incarnation?: string;
  resync: boolean;
  own: PushResult[];
}

/** The requests of a till with a session. None throws; an expired token is renewed and the request sent again, once. */
export interface ServerCalls {
  head(): Promise<Answer<ServerHead>>;
  push(entries: Envelope[]): Promise<Answer<PushResponse>>;
  /** `after` is a checkpoint as text, '' for the beginning. */
  pull(name: PulledName, query: { after: string; incarnation?: string | undefined; limit: number; ownAfter: number }): Promise<Answer<PulledPage>>;
  lease(member: string, points: number | undefined, named?: NamedLease): Promise<Answer<{ lease: LeaseDoc }>>;
  showVoucher(voucher: string, member: string | null, lease: { id: string; seq: number }): Promise<Answer<ShownVoucher>>;
  find(text: string): Promise<Answer<{ members: AccountDoc[] }>>;
  shortfalls(): Promise<Answer<Shortfalls>>;
  openLeases(): Promise<Answer<OpenLeases>>;
  alarms(): Promise<Answer<Alarms>>;
  publish(request: PublishRequest): Promise<Answer<PublishResponse>>;
  /** The latest signed checkpoint of the ledger; its signature is for the caller to check. */
  checkpoint(): Promise<Answer<{ checkpoint: SignedCheckpoint }>>;
  /** That an entry is in the latest checkpoint; refuses with `not-found` when it is not. */
  proof(entry: string): Promise<Answer<InclusionProof>>;
  stream(): Promise<Answer<OpenedStream>>;
}

/** Checks of each pulled collection's documents. */
export const DOCUMENT_CHECKS = Object.fromEntries(
  PULLED.map((name) => [name, compileCheck(PullResponses[name].properties.documents.items)]),
) as Record<PulledName, Check<unknown>>;

const isHead = compileCheck(HeadResponse);
const isPushed = compileCheck(PushResponse);
const isLease = compileCheck(LeaseResponse);
const isShown = compileCheck(ShowVoucherResponse);
const isFound = compileCheck(FindResponse);
const isShortfalls = compileCheck(ShortfallsResponse);
const isOpenLeases = compileCheck(OpenLeasesResponse);
const isAlarms = compileCheck(AlarmsResponse);
const isPublished = compileCheck(PublishResponse);
const isLatest = compileCheck(LatestCheckpointResponse);
const isProof = compileCheck(ProofResponse);
const isIncarnation = compileCheck(Incarnation);
const isCheckpoint = compileCheck(CheckpointSchema);
const isResult = compileCheck(PushResult);

function isPage(value: unknown): value is PulledPage {
  if (typeof value !== 'object' || value === null) return false;
  const { documents, checkpoint, incarnation, resync, own } = value as Record<string, unknown>;
  if (incarnation !== undefined && !isIncarnation(incarnation)) return false;
  return Array.isArray(documents) && typeof resync === 'boolean' && isCheckpoint(checkpoint) && Array.isArray(own) && own.every(isResult);
}

/** A lease's name as the server's contract says it. */
function wordsOf({ id, seq, recall }: NamedLease): { lease: string; seq: number; recall?: true } {
  return { lease: id, seq, ...(recall ? { recall } : {}) };
}

/** Makes the calls over a client and a session. `heard` is told the incarnation that an answer names. */
export function createServerCalls(http: Http, session: Session, timing: SyncTiming, heard: (incarnation: string) => void = () => undefined): ServerCalls {
  const { connectMs, requestMs, pushMs } = timing;

  const authorised = async <T>(send: (token: string) => Promise<Answer<T>>): Promise<Answer<T>> => {
    for (let attempt = 1; ; attempt += 1) {
      const token = await session.token();
      if (!token.ok) return token;
      const answer = await send(token.value);
      // `not-enrolled`: a server that was restored may still take the token, and needs the enrolment shown again.
      const refused = !answer.ok && ['token-expired', 'token-missing', 'not-enrolled'].includes(answer.code);
      if (!refused || attempt > 1) return answer;
      session.drop(token.value);
    }
  };

  const heardIn = <T extends { incarnation?: string | undefined }>(answer: Answer<T>): Answer<T> => {
    if (answer.ok && answer.value.incarnation !== undefined) heard(answer.value.incarnation);
    return answer;
  };

  return {
    head: async () => heardIn(await authorised((token) => http.ask({ path: '/v1/sync/head', token, check: isHead, timeoutMs: connectMs }))),
    push: (entries) =>
      authorised((token) => http.ask({ path: '/v1/sync/push', body: { entries }, token, check: isPushed, timeoutMs: pushMs })),
    async pull(name, { after, incarnation, limit, ownAfter }) {
      const since = after === '' ? '' : `&after=${after}${incarnation === undefined ? '' : `&incarnation=${incarnation}`}`;
      const query = `limit=${limit}&ownAfter=${ownAfter}${since}`;
      return heardIn(await authorised((token) => http.ask({ path: `/v1/sync/pull/${name}?${query}`, token, check: isPage, timeoutMs: requestMs })));
    },
    lease(member, points, named) {
      const body = { member, ...(points === undefined ? {} : { points }), ...(named === undefined ? {} : wordsOf(named)) };
      return authorised((token) => http.ask({ path: '/v1/leases', body, token, check: isLease, timeoutMs: requestMs }));
    },
    showVoucher(voucher, member, { id: lease, seq }) {
      const body = { voucher, lease, seq, ...(member === null ? {} : { member }) };
      return authorised((token) => http.ask({ path: '/v1/vouchers/show', body, token, check: isShown, timeoutMs: requestMs }));
    },
    find: (text) =>
      authorised((token) =>
        http.ask({ path: `/v1/members/find?text=${encodeURIComponent(text)}`, token, check: isFound, timeoutMs: requestMs })),
    shortfalls: () =>
      authorised((token) => http.ask({ path: '/v1/reports/shortfalls?state=open', token, check: isShortfalls, timeoutMs: requestMs })),
    openLeases: () => authorised((token) => http.ask({ path: '/v1/leases/open', token, check: isOpenLeases, timeoutMs: requestMs })),
    alarms: () => authorised((token) => http.ask({ path: '/v1/reports/alarms', token, check: isAlarms, timeoutMs: requestMs })),
    publish: (body) => authorised((token) => http.ask({ path: '/v1/programmes', body, token, check: isPublished, timeoutMs: requestMs })),
    checkpoint: () => authorised((token) => http.ask({ path: '/v1/checkpoints/latest', token, check: isLatest, timeoutMs: requestMs })),
    proof: (entry) =>
      authorised((token) => http.ask({ path: `/v1/checkpoints/proof?entry=${encodeURIComponent(entry)}`, token, check: isProof, timeoutMs: requestMs })),
    stream: () => authorised((token) => http.open({ path: '/v1/sync/stream', token, timeoutMs: connectMs })),
  };
}
