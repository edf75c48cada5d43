import { fileURLToPath } from 'node:url';

/**
 * Where the web app of this checkout lies once it is built. The server looks for it there whenever somebody opens the
 * page: it may be built, and built anew, while the server runs.
 */
export const PAGE_FOLDER: string = fileURLToPath(new URL('../../../web/dist', import.meta.url));
