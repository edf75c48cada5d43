import { BlockList, isIP } from 'node:net';

/**
 * Where clouds hand out the credentials of a machine to whoever asks from it: the link-local addresses, and the few others
 * that are known. Nothing of a user's lives there.
 */
const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
REFUSED.addSubnet('fd00:ec2::', 32, 'ipv6');
REFUSED.addAddress('100.100.100.200', 'ipv4');
REFUSED.addSubnet('0.0.0.0', 8, 'ipv4');
REFUSED.addAddress('::', 'ipv6');

/**
 * Whether a webhook may be sent to that address. Private addresses and loopback are allowed: who can make a task can run any
 * command on this machine already, and a home server tells other things at home.
 */
export function mayBeTold(address: string): boolean {
  const kind = isIP(address);
  if (kind === 0) return false;
  // An IPv4 address inside an IPv6 one is looked at as what it is; BlockList does that by itself for ::ffff:0:0/96.
  return !REFUSED.check(address, kind === 6 ? 'ipv6' : 'ipv4');
}
