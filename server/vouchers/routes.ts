import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { ErrorBodySchema, type ServerErrorCode } from '../../shared/contract/errors.ts';
import { ShowVoucherRequest, ShowVoucherResponse } from '../../shared/contract/http.ts';
import { VoucherExcessesResponse } from '../../shared/contract/reports.ts';
import type { ServerKeys } from '../auth/keys.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import { refusal, refuse } from '../http/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Store } from '../store/store.ts';
import { readVoucherExcesses } from './report.ts';
import { showVoucher } from './show.ts';

interface Services {
  store: Store;
  ledger: Ledger;
  keys: ServerKeys;
  terminals: Terminals;
  now: () => number;
}

/** What a refusal says; any other code is a fault of the caller's standing. */
const WORDS: Partial<Record<ServerErrorCode, string>> = {
  'not-found': 'There is no voucher of this code.',
  'epoch-frozen': 'This enrolment is frozen because two chains claim it; enrol the till again.',
  'terminal-revoked': 'This till has been revoked; enrol it with a new code.',
  invalid: 'This id is not free for a lease of a voucher; ask under another one.',
};

const ERRORS = { '4xx': ErrorBodySchema, '5xx': ErrorBodySchema };

/** `POST /v1/vouchers/show`: a code was shown at a till. `GET /v1/reports/vouchers`: uses that were not to be. */
export function registerVouchers(app: FastifyInstance, services: Services): void {
  const { store, terminals, now } = services;
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const onRequest = requireSession(terminals, now, 'current');
  typed.post(
    '/v1/vouchers/show',
    {
      onRequest,
      schema: {
        tags: ['vouchers'],
        summary: 'Tells what is known of a voucher, and leases a single-use one to this till',
        security: [{ session: [] }],
        body: ShowVoucherRequest,
        response: { 200: ShowVoucherResponse, ...ERRORS },
      },
      bodyLimit: 16 * 1024,
    },
    async (request, reply) => {
      const shown = await showVoucher(services, callerOf(request), request.body);
      return shown.ok ? shown.shown : refuse(reply, refusal(shown.code, WORDS[shown.code] ?? 'This till may not use vouchers.'));
    },
  );
  typed.get(
    '/v1/reports/vouchers',
    {
      onRequest,
      schema: {
        tags: ['reports'],
        summary: "Uses of vouchers in the caller's store that were not to be: used twice, too often, or by whom they do not belong to",
        security: [{ session: [] }],
        response: { 200: VoucherExcessesResponse, ...ERRORS },
      },
    },
    (request) => readVoucherExcesses(store, callerOf(request).store),
  );
}
