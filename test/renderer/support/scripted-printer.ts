import type { CommandHandlers } from '../../../shared/contract/rpc.ts';
import type { PrintOutputs } from '../../../shared/contract/printing.ts';
import type { World } from './world.ts';

/** A printer whose state is the world's; the core's own tests print to a real one. */
export function scriptedPrinter(of: () => World): Pick<CommandHandlers, keyof PrintOutputs> {
  return {
    print: async () => ({ queued: of().printer.settings !== null }),
    openDrawer: async () => ({ queued: of().printer.settings !== null }),
    savePrinter: async ({ settings }) => {
      of().printer = { ...of().printer, settings, failed: null };
      return null;
    },
  };
}
