import { couldRedeem, couldSoonRedeem } from '../domain/asking.ts';
import type { Chain } from './chain.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import type { Identity, Replica, SyncPort, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';

/** What asking for leases and giving them back works with. */
export interface LeaseKeeperParts {
  replica: Replica;
  identity: Identity;
  chain: Chain;
  cover: Cover;
  directory: Directory;
  projection: Projection;
  ports: TillPorts;
  sync: SyncPort;
  /** Whose name a lease-close carries: who is signed in, or the till itself. */
  staff: () => string;
  /** Member of the sale in the making, so that a restart offline does not give its cover away. */
  attached: string;
  /** False while the replica may not trade: then nothing is asked for and nothing given back. */
  mayTrade: boolean;
}

/** Whether the programme could redeem anything for a member: else a lease would only hold points that nobody can use here. */
export function mayNeedCover({ directory, projection }: Pick<LeaseKeeperParts, 'directory' | 'projection'>, member: string, nowMs: number): boolean {
  const at = needOf({ directory, projection }, member, nowMs);
  return at !== undefined && couldRedeem(at.programme, at);
}

/** Whether cover may be needed at the member's next visits: what is worth holding for a regular who is not here. */
export function maySoonNeedCover({ directory, projection }: Pick<LeaseKeeperParts, 'directory' | 'projection'>, member: string, nowMs: number): boolean {
  const at = needOf({ directory, projection }, member, nowMs);
  return at !== undefined && couldSoonRedeem(at.programme, at);
}

function needOf({ directory, projection }: Pick<LeaseKeeperParts, 'directory' | 'projection'>, member: string, nowMs: number) {
  const programme = directory.programme(nowMs);
  const balance = projection.redeemable(member, directory.today(nowMs));
  const store = directory.own()?.id;
  return programme === undefined || balance === undefined || store === undefined ? undefined : { programme, balance, nowMs, store };
}
