import type { Permission } from '@pilotlight/protocol';
export function goToQuestion(_: Permission): void {}
