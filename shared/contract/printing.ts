import { Type, type Static } from 'typebox';
import { oneOf, strictObject } from './primitives.ts';

const Words = Type.String({ maxLength: 300 });

/** One line of a printed paper. `pair`: words at the left, a number at the right. `code`: a barcode (Code 39). */
export const PrintLineSchema = Type.Union([
  strictObject({ kind: Type.Literal('text'), text: Words, align: Type.Optional(oneOf(['left', 'center'])), look: Type.Optional(oneOf(['title', 'strong', 'soft'])) }),
  strictObject({ kind: Type.Literal('pair'), left: Words, right: Words, look: Type.Optional(oneOf(['strong', 'soft'])) }),
  strictObject({ kind: Type.Literal('rule') }),
  strictObject({ kind: Type.Literal('code'), text: Type.String({ maxLength: 40, pattern: '^[A-Z0-9. $/+%-]+$' }) }),
]);
export type PrintLine = Static<typeof PrintLineSchema>;

/** A paper in the words of one language, as the window wrote it: the core gives it to a printer as it is. */
export const PrintDocumentSchema = strictObject({ lines: Type.Array(PrintLineSchema, { minItems: 1, maxItems: 500 }) });
export type PrintDocument = Static<typeof PrintDocumentSchema>;
