import type { ClientDialect, ClientDialectName } from '../dialects/client-dialect.ts';

/** The formats that clients may speak. */
export const CLIENT_DIALECTS: Readonly<Partial<Record<ClientDialectName, ClientDialect>>> = {};
