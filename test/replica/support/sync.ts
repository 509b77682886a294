import { BehaviorSubject, type Observable } from 'rxjs';
import type { AccountDoc, OwnEntryDoc } from '../../../shared/contract/documents.ts';
import type { ShownVoucher } from '../../../shared/contract/http.ts';
import type { PublishRequest } from '../../../shared/contract/programmes.ts';
import type { Alarms } from '../../../shared/contract/alarms.ts';
import type { OpenLeases, Shortfalls } from '../../../shared/contract/reports.ts';
import type { SyncView } from '../../../shared/contract/views.ts';
import type { Points } from '../../../shared/domain/integers.ts';
import { queryDocuments } from '../../../shared/replica/documents.ts';
import type { Identity, Replica, SyncPort, TillPorts } from '../../../shared/replica/ports.ts';
import type { Office } from './office.ts';

export const LEASE_TERM_MS = 4 * 3_600_000;

/** A way to the office that a test can cut, slow down and make refuse. Nothing is pushed unless the test says so. */
export class TestSync implements SyncPort {
  readonly replica: Replica;
  readonly office: Office;
  readonly identity: Identity;
  readonly ports: TillPorts;
  /** What a request for a lease meets. */
  leaseAnswer: 'grant' | 'refused' | 'silent' = 'grant';
  leaseCap: number | undefined;
  leaseDelayMs = 0;
  /** Whether what the office grants never reaches the till. */
  losesAnswers = false;
  /** Whether leases are called L1, L2 … instead of what the till asked them to be called. */
  givesNumbers = true;
  readonly leaseRequests: { member: string; points: number | undefined }[] = [];
  nudges = 0;
  private readonly state: BehaviorSubject<SyncView>;

  readonly view$: Observable<SyncView>;

  constructor(at: { replica: Replica; office: Office; identity: Identity; ports: TillPorts; online: boolean }) {
    [this.replica, this.office, this.identity, this.ports] = [at.replica, at.office, at.identity, at.ports];
    const nowMs = at.ports.nowMs();
    this.state = new BehaviorSubject<SyncView>({
      online: at.online, offlineSinceMs: at.online ? null : nowMs, lastHeardMs: nowMs, waiting: 0, quarantined: 0, firstLoad: null, lastError: null,
    });
    this.view$ = this.state.asObservable();
  }

  view(): SyncView {
    return this.state.value;
  }

  change(change: Partial<SyncView>): void {
    this.state.next({ ...this.state.value, ...change });
  }

  goOffline(): void {
    this.change({ online: false, offlineSinceMs: this.ports.nowMs() });
  }

  goOnline(): void {
    this.change({ online: true, offlineSinceMs: null, lastHeardMs: this.ports.nowMs() });
  }

  nudge(): void {
    this.nudges += 1;
  }

  async syncNow(): Promise<void> {
    if (this.view().online) await this.deliver();
  }

  async requestLease(
    member: string, wanted: number | undefined, _waitMs: number, named?: { id: string; seq: number },
  ): Promise<'granted' | 'nothing-free' | 'refused' | 'unreachable'> {
    this.leaseRequests.push({ member, points: wanted });
    if (!this.view().online) return 'unreachable';
    if (this.leaseAnswer === 'silent') return new Promise(() => undefined);
    if (this.leaseDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.leaseDelayMs));
    if (this.leaseAnswer === 'refused') return 'refused';
    const { terminal, epoch } = this.identity;
    const cap = this.leaseCap === undefined ? {} : { cap: this.leaseCap };
    const lease = this.office.grant({ terminal, epoch, spendByMs: this.ports.nowMs() + LEASE_TERM_MS, id: this.givesNumbers ? undefined : named?.id, ...cap }, member, wanted as Points | undefined);
    if (lease === undefined) return 'nothing-free';
    if (this.losesAnswers) return 'unreachable';
    await this.replica.collections.leases.incrementalUpsert(lease);
    await this.pullAccounts([member]);
    return 'granted';
  }

  async findMembers(text: string): Promise<AccountDoc[]> {
    const found = this.view().online ? this.office.members().map((id) => this.office.account(id)).filter((account) => account.card === text) : [];
    await this.replica.collections.visitors.bulkUpsert(found);
    return found;
  }

  async showVoucher(code: string, member: string | null, lease: { id: string; seq: number }): Promise<ShownVoucher | 'unknown' | undefined> {
    if (!this.view().online) return undefined;
    const { terminal, epoch } = this.identity;
    const shown = this.office.vouchers.show(code, member, { id: lease.id, terminal, epoch, spendByMs: this.ports.nowMs() + LEASE_TERM_MS });
    if (shown !== 'unknown') await this.pullVouchers();
    return shown;
  }

  /** What the till is sent of vouchers; a single-use one of no store only when it holds it. */
  async pullVouchers(): Promise<void> {
    const { terminal, epoch, store } = this.identity;
    await this.replica.collections.vouchers.bulkUpsert(this.office.vouchers.pulled({ terminal, epoch, store }));
  }

  async shortfalls(): Promise<Shortfalls | undefined> {
    return this.view().online ? { shortfalls: [] } : undefined;
  }

  async openLeases(): Promise<OpenLeases | undefined> {
    return this.view().online ? { leases: [], total: 0 } : undefined;
  }

  async alarms(): Promise<Alarms | undefined> {
    return this.view().online ? { alarms: [], total: 0, decided: 0, position: 0 } : undefined;
  }

  /** What a publication meets, and what was asked for. */
  publishAnswer: 'published' | 'programme-changed' | 'not-approved' = 'published';
  readonly publications: PublishRequest[] = [];

  async publish(request: PublishRequest): ReturnType<SyncPort['publish']> {
    this.publications.push(request);
    if (!this.view().online) return undefined;
    if (this.publishAnswer !== 'published') return { ok: false, code: this.publishAnswer };
    const version = request.after + 1;
    const programme = { ...request.programme, id: `v${version}`, version, effectiveFromMs: request.programme.effectiveFromMs ?? this.ports.nowMs(), rev: version };
    await this.replica.collections.programmes.incrementalUpsert(programme);
    return { ok: true, programme };
  }

  /** Pushes what waits, in order of the chain; acknowledgements come before the snapshots that include them. */
  async deliver(): Promise<void> {
    const waiting = await queryDocuments(this.replica, 'own', {
      selector: { epoch: this.identity.epoch, position: { $exists: false } }, sort: [{ epoch: 'asc' }, { seq: 'asc' }],
    });
    const members = new Set<string>();
    for (const own of waiting) {
      await this.acknowledge(own);
      if (own.member !== '') members.add(own.member);
    }
    await this.pullAccounts([...members]);
    await this.pullLeases();
    await this.pullVouchers();
  }

  async acknowledge(own: OwnEntryDoc): Promise<void> {
    const { position, disposition, shortfall } = this.office.book(own);
    const document = await this.replica.collections.own.findOne(own.id).exec(true);
    await document.incrementalPatch({ position, disposition, shortfall });
  }

  async pullAccounts(members: readonly string[]): Promise<void> {
    await this.replica.collections.accounts.bulkUpsert(members.map((member) => this.office.account(member)));
  }

  async pullLeases(): Promise<void> {
    await this.replica.collections.leases.bulkUpsert([...this.office.leases.values()].map((lease) => lease.document));
  }

  async stop(): Promise<void> {
    this.state.complete();
  }
}
