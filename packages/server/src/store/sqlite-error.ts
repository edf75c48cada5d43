import { PilotlightError } from '@pilotlight/protocol';

/** Primary result codes (sqlite.org/rescode.html). */
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const CONSTRAINT = 19;
const NOTADB = 26;
/** extended: the file system itself returned damaged data */
const IOERR_CORRUPTFS = 8458;

interface SqliteFailure extends Error {
  errcode: number;
  errstr: string;
}

function isSqliteFailure(error: unknown): error is SqliteFailure {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function full(file: string, cause: unknown, what: string): PilotlightError {
  return new PilotlightError(
    'store_full',
    `${what} while writing ${file}. Nothing that was saved is lost. Free space on that disk (or raise the quota); ` +
      'saving goes on by itself.',
    { cause, details: { file } },
  );
}

export function corrupt(file: string, cause: unknown, what: string): PilotlightError {
  return new PilotlightError(
    'store_corrupt',
    `The database ${file} is damaged (${what}). It was left as it is. Stop the server, keep a copy of the file, then ` +
      `restore a backup, or save what can be read with: sqlite3 "${file}" .recover`,
    { cause, details: { file } },
  );
}

function readonly(file: string, cause: unknown): PilotlightError {
  return new PilotlightError(
    'store_readonly',
    `The database ${file} cannot be written: the file, its folder or the file system is read-only for this user. ` +
      'Nothing is lost. Make both writable for the user that runs the server, then start it again.',
    { cause, details: { file } },
  );
}

/** A failure of SQLite or the file system as the error that is shown; anything else comes back as it is. */
export function storeError(error: unknown, file: string): unknown {
  if (error instanceof PilotlightError) return error;
  if (isSqliteFailure(error)) {
    switch (error.errcode & 0xff) {
      case CORRUPT:
      case NOTADB:
        return corrupt(file, error, error.errstr);
      case READONLY:
      case CANTOPEN:
        return readonly(file, error);
      case FULL:
        return full(file, error, 'The disk is full');
      case IOERR:
        if (error.errcode === IOERR_CORRUPTFS) return corrupt(file, error, error.errstr);
        return full(file, error, `The disk is full or failing (${error.errstr}, ${error.errcode})`);
      case CONSTRAINT:
        return new PilotlightError('conflict', `The database refused a row: ${error.message}.`, {
          cause: error,
        });
      default:
        return error;
    }
  }
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return full(file, error, 'The disk is full');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return readonly(file, error);
    default:
      return error;
  }
}
