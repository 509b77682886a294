import { Subscription, type Observable } from 'rxjs';
import type { TillErrorCode } from '../contract/errors.ts';
import type { CommandHandlers, WatchSources } from '../contract/rpc.ts';
import type { PrintOutputs } from '../contract/printing.ts';
import type { ShiftOutputs } from '../contract/shift.ts';
import { ACTS, createActs, type ActName, type Acts } from './acts.ts';
import { openChain } from './chain.ts';
import { openCover } from './cover.ts';
import { openDirectory } from './directory.ts';
import { follow } from './documents.ts';
import { openDrafts } from './drafts.ts';
import { TillError, tillError } from './fault.ts';
import { createHistory } from './history.ts';
import { createLeaseKeeper } from './leases.ts';
import { createMemberIndex, type MemberIndex } from './lookup.ts';
import type { Identity, Replica, SyncPort, TillPorts } from './ports.ts';
import { createOffers } from './offers.ts';
import { createProgrammes } from './programmes.ts';
import { createProjection, type AccountSource, type Projection } from './projection.ts';
import { createQuoting } from './quoting.ts';
import { createReceipts } from './receipts.ts';
import { createPreviewRefund } from './refund.ts';
import { createCommitSale } from './sale.ts';
import { createShiftDesk } from './shift.ts';
import { createShiftIndex, type ShiftIndex } from './shiftindex.ts';
import { createSignIn, staffView } from './signin.ts';
import { createTellStory } from './story.ts';
import { createViews } from './views.ts';
import { createVoucherCloser } from './voucherleases.ts';
import { openVouchers } from './vouchers.ts';
import { createVoucherDesk } from './vouchersale.ts';
import { createVoucherUses, type VoucherUseIndex } from './voucheruses.ts';
import { createVoidSale } from './void.ts';
import { createWhatIf } from './whatif.ts';

export interface TillOptions {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  version: string;
  /** Set when the core found that this replica may not trade. */
  blockedBy?: TillErrorCode;
}

/** Every command but enrolling and printing, which are the core's own. */
export type TillHandlers = Omit<CommandHandlers, 'enrol' | keyof PrintOutputs>;
export type TillWatches = Omit<WatchSources, 'printer'>;

/** An enrolled till: every command but enrolling, and every watch. Handlers throw nothing but {@link TillError}. */
export interface Till {
  handlers: TillHandlers;
  watches: TillWatches;
  /** Resolves when no lease is being asked for or given back and nothing is being written. */
  idle(): Promise<void>;
  /** Finishes what is being written and follows the replica no more. The replica and the sync are the caller's to close. */
  stop(): Promise<void>;
}

/** Name that entries carry which the till makes by itself when nobody is signed in. */
const TILL_STAFF = 'till';

/** Builds the till over an open replica. Entries of an interrupted run are taken up: nothing is asked of the cashier. */
export async function createTill(options: TillOptions): Promise<Till> {
  const parts = await openParts(options);
  const handlers = guarded(createHandlers(parts));
  return {
    handlers,
    watches: createWatches(parts),
    async idle() {
      await parts.leases.idle();
      await parts.voucherCloser.idle();
      await parts.chain.idle();
    },
    async stop() {
      await parts.leases.stop();
      await parts.voucherCloser.stop();
      await parts.chain.idle();
      parts.cover.stop();
      parts.vouchers.stop();
      parts.offers.stop();
      parts.directory.stop();
      parts.history.stop();
      parts.following.unsubscribe();
    },
  };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts({ replica, identity, ports, sync, version, blockedBy: blockedBefore }: TillOptions) {
  const projection = createProjection();
  const index = createMemberIndex();
  const voucherUses = createVoucherUses();
  const shifts = createShiftIndex(identity, () => directory.own()?.utcOffsetMinutes ?? 0);
  const following = await followMembers(replica, { projection, uses: voucherUses, index, shifts });
  const directory = await openDirectory(replica, identity.store);
  const cover = await openCover({ replica, identity, ports, directory, projection, shifts });
  const chain = await openChain({ replica, identity, ports, directory, projection, shifts });
  const drafts = await openDrafts(replica, identity.terminal, ports);
  cover.saw(chain.head().latestMs);
  chain.onMoment(cover.saw);
  chain.onUnsure(() => cover.reload());
  chain.onUnsure(() => drafts.reload());
  const signIn = createSignIn(directory, ports);
  const blockedBy = blockedBefore ?? ((await chain.isWhole()) ? undefined : 'replica-damaged');
  // A run that ended between the replica's fsync and the sentinel's left the sentinel one entry behind.
  if (blockedBy === undefined) await chain.run((append) => append.settle());
  const leases = createLeaseKeeper({
    replica, identity, chain, cover, directory, projection, ports, sync, attached: drafts.now().member, mayTrade: blockedBy === undefined,
    staff: () => signIn.now()?.id ?? TILL_STAFF,
  });
  const offers = createOffers({ replica, identity, directory, projection });
  const vouchers = await openVouchers({ replica, identity, ports, sync, chain, uses: voucherUses, programme: (nowMs) => directory.programme(nowMs) });
  const quoting = createQuoting({ cover, directory, offers, projection, ports, shifts, vouchers });
  const desk = createVoucherDesk({ directory, ports, quoting, shifts, vouchers, isCard: (text) => index.isCard(text) });
  const voucherCloser = createVoucherCloser({
    chain, directory, drafts, ports, sync, uses: voucherUses, vouchers, mayTrade: blockedBy === undefined, staff: () => signIn.now()?.id ?? TILL_STAFF,
  });
  const receipts = createReceipts({ replica, identity, directory, projection });
  const shared = { replica, identity, ports, sync, chain, cover, directory, drafts, leases, offers, projection, quoting, receipts, shifts, signIn, desk, voucherUses, vouchers, voucherCloser };
  const programmes = createProgrammes(shared);
  const shiftDesk = createShiftDesk(shared);
  return {
    ...shared, index, following, blockedBy, shiftDesk, history: createHistory({ ...shared, index }), tellStory: createTellStory(shared),
    programmes, whatIf: createWhatIf({ ...shared, programmes }), acts: createActs(shared), previewRefund: createPreviewRefund(shared), commitSale: createCommitSale(shared), voidSale: createVoidSale(shared), views: createViews({ ...shared, shiftDesk, version, blockedBy }),
  };
}

/** Own entries first: a snapshot that includes one must never be shown before the entry's position is known (N3). */
async function followMembers(
  replica: Replica, { projection, uses, index, shifts }: { projection: Projection; uses: VoucherUseIndex; index: MemberIndex; shifts: ShiftIndex },
): Promise<Subscription> {
  const following = new Subscription();
  following.add(await follow(replica, 'own', {
    put(documents) {
      projection.putOwn(documents);
      uses.put(documents);
      shifts.put(documents);
    },
    drop(ids) {
      projection.dropOwn(ids);
      uses.drop(ids);
      shifts.drop(ids);
    },
  }));
  for (const name of ['accounts', 'visitors'] satisfies AccountSource[]) {
    const reindex = (ids: readonly string[]): void => ids.forEach((id) => index.set(id, projection.account(id)));
    following.add(await follow(replica, name, {
      put(documents) {
        projection.putAccounts(name, documents);
        reindex(documents.map(({ id }) => id));
      },
      drop(ids) {
        projection.dropAccounts(name, ids);
        reindex(ids);
      },
    }));
  }
  return following;
}

function createHandlers(parts: Parts): TillHandlers {
  const { acts, blockedBy, chain, commitSale, directory, drafts, history, leases, previewRefund, programmes, projection, quoting, receipts, signIn, sync, tellStory, views, voidSale } = parts;
  const signedIn = async <T>(act: (staff: string) => T | Promise<T>): Promise<T> => act(signIn.require().id);
  const trading = async <T>(act: (staff: string) => T | Promise<T>): Promise<T> => {
    if (blockedBy !== undefined) throw new TillError(blockedBy);
    return signedIn(act);
  };
  /** What is asked in the name of a merged member is done for the successor: the sale, its earning and its cover are that one's. */
  const carried = <T extends { member: string }>(input: T): T => ({ ...input, member: projection.carrier(input.member) });
  return {
    listStaff: async () => directory.staff().map(staffView),
    signIn: ({ staff, pin }) => signIn.enter(staff, pin),
    async signOut() {
      const entries = projection.unheard();
      if (entries > 0) throw new TillError('unsent-entries', { entries });
      signIn.leave();
      leases.endShift();
      return null;
    },
    ...membersHandlers(parts, signedIn, trading),
    ...voucherHandlers(parts, signedIn, trading),
    quote: (input) => signedIn(() => quoting.quote(carried(input))),
    decide: (input) => signedIn(() => quoting.decide(carried(input))),
    commitSale: (input) => trading((staff) => commitSale(input.member === null ? input : carried({ ...input, member: input.member }), staff)),
    voidSale: (input) => trading((staff) => voidSale(input, staff)),
    previewRefund: (input) => signedIn(() => previewRefund(input)),
    ...managersActs(acts, trading),
    ...shiftHandlers(parts, signedIn, trading),
    listShortfalls: () => signedIn(async () => (await sync.shortfalls()) ?? unreachable()),
    listOpenLeases: () => signedIn(async () => (await sync.openLeases()) ?? unreachable()),
    listAlarms: () => signedIn(async () => (await sync.alarms()) ?? unreachable()),
    listProgrammes: () => signedIn(() => programmes.list()),
    publishProgramme: (input) => trading((staff) => programmes.publish(input, staff)),
    listEntries: (input) => signedIn(() => history.rows(input)),
    entryStory: ({ entry }) => signedIn(() => tellStory(entry)),
    receipt: ({ entry }) => signedIn(() => receipts.of(entry)),
    lastSale: () => signedIn(() => receipts.lastSale()),
    saveDraft: ({ draft }) => trading(() => chain.run(() => drafts.save(draft))),
    listWaiting: () => views.waiting(),
    async syncNow() {
      await sync.syncNow();
      const { online, lastError } = sync.view();
      if (online) return null;
      throw lastError === null ? new TillError('server-unreachable') : new TillError('server-unreachable', { code: lastError.code });
    },
  };
}

type Trading = <T>(act: (staff: string) => T | Promise<T>) => Promise<T>;

/** Finding members, and who is at the till. */
function membersHandlers(
  { index, leases, offers, projection, sync, views }: Parts, signedIn: Trading, trading: Trading,
): Pick<TillHandlers, 'findMembers' | 'attachMember' | 'detachMember'> {
  return {
    findMembers: ({ text }) => signedIn(async () => {
      const here = index.find(text);
      const found = here.length > 0 || !sync.view().online ? here : await sync.findMembers(text.trim());
      // Whoever was merged is who carries the points now, and is listed once.
      return [...new Map(found.map(views.match).map((match) => [match.id, match])).values()];
    }),
    attachMember: ({ member }) => trading(async () => {
      const view = views.member(member);
      if (view === null) throw new TillError('invalid-input', { member });
      leases.attach(view.id);
      // A till whose purchases cannot be read sells on; only its personal offers are missing.
      await offers.look(view.id).catch(() => undefined);
      return views.member(member) ?? view;
    }),
    async detachMember({ member }) {
      const carrier = projection.carrier(member);
      // Whoever came may have been merged meanwhile.
      for (const one of new Set([member, carrier])) leases.detach(one);
      return null;
    },
  };
}

/** Vouchers shown at the till. One that a merged member shows is the successor's. */
function voucherHandlers({ desk, projection }: Parts, signedIn: Trading, trading: Trading): Pick<TillHandlers, 'showVoucher' | 'quoteVouchers'> {
  const carrier = (member: string | null): string | null => (member === null ? null : projection.carrier(member));
  return {
    showVoucher: ({ code, member }) => trading(() => desk.show({ code, member: carrier(member) })),
    quoteVouchers: (input) => signedIn(() => desk.quote({ ...input, member: carrier(input.member) })),
  };
}

/** The shift, and what becomes of its cash. */
function shiftHandlers({ shiftDesk }: Parts, signedIn: Trading, trading: Trading): Pick<TillHandlers, keyof ShiftOutputs> {
  return {
    openShift: (input) => trading(() => shiftDesk.openShift(input)),
    moveCash: (input) => trading((staff) => shiftDesk.moveCash(input, staff)),
    countShift: (input) => trading(() => shiftDesk.countShift(input)),
    closeShift: (input) => trading((staff) => shiftDesk.closeShift(input, staff)),
    shiftReport: (input) => signedIn(() => shiftDesk.shiftReport(input)),
    listShifts: () => signedIn(() => shiftDesk.listShifts()),
  };
}

function unreachable(): never {
  throw new TillError('server-unreachable');
}

/** The acts as handlers: whoever is signed in asks, and a manager approves. */
function managersActs(acts: Acts, trading: Trading): Pick<TillHandlers, ActName> {
  const handlers = ACTS.map((name) => {
    const act = acts[name] as (input: unknown, staff: string) => Promise<unknown>;
    return [name, (input: unknown) => trading((staff) => act(input, staff))];
  });
  return Object.fromEntries(handlers) as Pick<TillHandlers, ActName>;
}

/** Lets nothing but a TillError out of a handler; what was thrown stays beside it as the cause, for the core's log. */
function guarded(handlers: TillHandlers): TillHandlers {
  const guard = <I, O>(handler: (input: I) => Promise<O>) => async (input: I): Promise<O> => {
    try {
      return await handler(input);
    } catch (error) {
      throw tillError(error);
    }
  };
  return Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, guard(handler as (input: unknown) => Promise<unknown>)])) as unknown as TillHandlers;
}

function createWatches({ drafts, history, views, whatIf }: Parts): TillWatches {
  const subscribe = <T>(source: Observable<T>, next: (value: T) => void): (() => void) => {
    const subscription = source.subscribe(next);
    return () => subscription.unsubscribe();
  };
  return {
    till: (_input, next) => subscribe(views.till$, next),
    member: ({ member }, next) => subscribe(views.member$(member), next),
    draft: (_input, next) => subscribe(drafts.draft$, next),
    entries: ({ filter }, next) => history.watch(filter, next),
    whatIf,
  };
}
