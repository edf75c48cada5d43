/** The prompt that goes on with an interrupted turn. In a file of its own: the page needs it and no schema. */
export const CONTINUE_PROMPT = 'Continue where you stopped.';
