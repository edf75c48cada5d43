export { SignInCodes } from './sign-in-codes.ts';
export { startHttp } from './start-http.ts';
