export { DEMO_ONLY, type Cast, type OpenCast } from './cast.ts';
export { chaos, type ChaosOptions } from './chaos.ts';
export { USUAL } from './disturbances.ts';
export { SCRIPTED } from './script.ts';
