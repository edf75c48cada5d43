export type { BlobBytes, HttpDeps, HttpLog } from './http-deps.ts';
export { SignInCodes } from './sign-in-codes.ts';
export { startHttp } from './start-http.ts';
export type { RunningHttp, StartHttpOptions } from './start-http.ts';
