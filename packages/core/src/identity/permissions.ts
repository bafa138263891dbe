/** Permission groups of spec 1.2, by the names that the token API lists. The id is stable and public. */
export const PERMISSION_GROUPS = [
  { key: 'gateway:read', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c01', name: 'AI Gateway Read' },
  { key: 'gateway:write', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c02', name: 'AI Gateway Write' },
  { key: 'gateway:run', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c03', name: 'AI Gateway Run' },
  { key: 'inference:read', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c04', name: 'Workers AI Read' },
  { key: 'keys:write', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c05', name: 'Secrets Store Write' },
  { key: 'tokens:read', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c06', name: 'Account API Tokens Read' },
  { key: 'tokens:write', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c07', name: 'Account API Tokens Write' },
  // Ours: a balance is money only if not everybody who may change a gateway can make it.
  { key: 'billing:write', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c08', name: 'Billing Write' },
  { key: 'credits:write', id: '0e1a5f5b0f0e4a1f9b1f6d1c7a2b3c09', name: 'Credits Write' },
] as const;

export type Permission = (typeof PERMISSION_GROUPS)[number]['key'];

/** Write implies read (spec 1.2). */
export const IMPLIED_BY: Partial<Record<Permission, Permission>> = {
  'gateway:read': 'gateway:write',
  'tokens:read': 'tokens:write',
};
