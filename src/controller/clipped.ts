/** The CRD's limit of a message, in characters. */
const MOST = 1024;

/**
 * A text that the API server takes for a message and gives back unchanged. A character cut in half would come back as
 * another one, and every look at the policy would find a difference and write it.
 */
export const clipped = (text: string): string =>
  (text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`).toWellFormed();
