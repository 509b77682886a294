import { Type, type Static } from 'typebox';
import { strictObject } from './primitives.ts';

/** The settings file of an installed till, `settings.json` in its data folder; the environment wins over it. */
export const DesktopSettingsSchema = strictObject({
  /** Address of the central server, like `https://points.example.com`. */
  server: Type.Optional(Type.String({ minLength: 8, maxLength: 300, pattern: '^https?://' })),
  /** Name of the receipt printer as the system knows it: receipts then print without asking. */
  printer: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
export type DesktopSettings = Static<typeof DesktopSettingsSchema>;
