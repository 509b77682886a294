import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Whether a value has the shape of a schema; narrows its type. */
export type Check<T> = (value: unknown) => value is T;

/**
 * A check compiled from a schema, for values that arrive from a wire, a process or the disk. Compiling takes about a
 * millisecond: make a check once and keep it. The window does not use it: its content security policy forbids the
 * generated code, and the core checks everything the window sends.
 */
export function compileCheck<T extends TSchema>(schema: T): Check<Static<T>> {
  const compiled = Compile(schema);
  return (value: unknown): value is Static<T> => compiled.Check(value);
}
