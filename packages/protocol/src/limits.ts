/** Largest request body taken, in bytes; larger ones are answered 413. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Largest body of a request to a trigger, in bytes. */
export const MAX_TRIGGER_BYTES = 256 * 1024;
/** Largest image of a prompt, in bytes. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** Prompts that may wait in one chat. */
export const MAX_QUEUED_TURNS = 500;
