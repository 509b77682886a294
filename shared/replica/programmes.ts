import type { CommandInput } from '../contract/commands.ts';
import type { ProgrammeList, PublishAnswer } from '../contract/programmes.ts';
import type { Programme } from '../domain/programme.ts';
import { findPublishFaults, newestFor, type ProgrammeDraft, type PublishFault } from '../domain/publish.ts';
import type { Directory } from './directory.ts';
import { TillError } from './fault.ts';
import type { Identity, SyncPort, TillPorts } from './ports.ts';
import type { SignIn } from './signin.ts';

/** Versions of the programme: those that are there, and making a new one. */
export interface Programmes {
  list(): ProgrammeList;
  /** A draft as the version that it would be now, and what keeps it from being one. */
  asVersion(draft: ProgrammeDraft): { programme: Programme; faults: PublishFault[] };
  /**
   * Publishes a draft as the next version, by the manager who approves it; `staff` is who is signed in. Throws what a wrong PIN
   * throws, `not-a-manager`, and `server-unreachable`: the server alone numbers versions.
   */
  publish(input: CommandInput<'publishProgramme'>, staff: string): Promise<PublishAnswer>;
}

export interface ProgrammeParts {
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  directory: Directory;
  signIn: SignIn;
}

/** Makes the programmes of a till. */
export function createProgrammes({ identity, ports, sync, directory, signIn }: ProgrammeParts): Programmes {
  const newest = (): number => newestFor(directory.programmes(), identity.store);
  const asVersion = (draft: ProgrammeDraft): { programme: Programme; faults: PublishFault[] } => {
    const own = directory.own();
    if (own === undefined) throw new TillError('internal');
    const nowMs = ports.nowMs();
    const programme = { ...draft, version: newest() + 1, effectiveFromMs: draft.effectiveFromMs ?? nowMs };
    const place = { store: own.id, currency: own.currency, stores: directory.stores().map(({ id }) => id) };
    return { programme, faults: findPublishFaults(programme, place, nowMs) };
  };
  return {
    list() {
      const programmes = directory.programmes().sort((a, b) => b.version - a.version);
      const stores = directory.stores().map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1));
      return { programmes, inForce: directory.programme(ports.nowMs())?.version ?? 0, newest: newest(), stores };
    },
    asVersion,
    async publish({ actId, approval, programme, after }, staff) {
      const approver = await signIn.approve(approval.staff, approval.pin);
      const { faults } = asVersion(programme);
      if (faults.length > 0) return { ok: false, faults };
      const answer = await sync.publish({ act: actId, programme, after, staff, approvedBy: approver.id });
      if (answer === undefined) throw new TillError('server-unreachable');
      if (answer.ok) return { ok: true, version: answer.programme.version };
      // What was published meanwhile has been pulled by now; the number is what the writer has to look at.
      if (answer.code === 'programme-changed') return { ok: false, newer: newest() };
      throw new TillError('server-refused', { code: answer.code });
    },
  };
}
