import { Type } from 'typebox';
import { COMMANDS, WATCHES, type CommandName, type WatchName } from '../../shared/contract/commands.ts';
import type { ToCoreProcess } from '../../shared/contract/host.ts';
import { strictObject } from '../../shared/contract/primitives.ts';
import type { ToCore } from '../../shared/contract/rpc.ts';
import { compileCheck } from '../../shared/contract/validate.ts';

const MessageId = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Name = Type.String({ maxLength: 40 });

const isWindowMessage = compileCheck(Type.Union([
  strictObject({ t: Type.Literal('call'), id: MessageId, name: Name, input: Type.Unknown() }),
  strictObject({ t: Type.Literal('watch'), id: MessageId, name: Name, input: Type.Unknown() }),
  strictObject({ t: Type.Literal('unwatch'), id: MessageId }),
  strictObject({ t: Type.Literal('rx'), message: Type.Unknown() }),
]));

const isProcessMessage = compileCheck(Type.Union([
  strictObject({
    t: Type.Literal('init'),
    folder: Type.String({ minLength: 1 }),
    server: Type.String({ minLength: 1 }),
    secret: Type.Union([Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }), Type.Null()]),
    version: Type.String(),
    enrolCode: Type.Union([Type.String(), Type.Null()]),
  }),
  strictObject({ t: Type.Literal('window') }),
  strictObject({ t: Type.Literal('stop') }),
]));

const commandInputs = new Map(Object.entries(COMMANDS).map(([name, schema]) => [name, compileCheck(schema)]));
const watchInputs = new Map(Object.entries(WATCHES).map(([name, schema]) => [name, compileCheck(schema)]));

/** Whether a value is a message of a window; names and inputs of calls and watches are still to be checked. */
export function isToCore(value: unknown): value is ToCore {
  return isWindowMessage(value);
}

/** Whether a value is a message of Electron's main process. */
export function isToCoreProcess(value: unknown): value is ToCoreProcess {
  return isProcessMessage(value);
}

/** Whether a command of that name exists and takes that input. */
export function isCommand(name: string, input: unknown): name is CommandName {
  return commandInputs.get(name)?.(input) === true;
}

/** Whether a watch of that name exists and takes that input. */
export function isWatch(name: string, input: unknown): name is WatchName {
  return watchInputs.get(name)?.(input) === true;
}
