/** A reason for which the core cannot run that is nobody's bug: one sentence for the person who started it, no secrets. */
export class CoreFailure extends Error {
  override readonly name = 'CoreFailure';
}
