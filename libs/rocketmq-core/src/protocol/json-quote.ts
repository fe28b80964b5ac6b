// JSON.stringify of a single string costs more than this test, and nearly every value passes it.
const needsEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** A text as JSON writes it. */
export const quoted = (text: string): string => (needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`);
