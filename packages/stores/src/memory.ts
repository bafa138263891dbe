/** Every port in memory: for tests, and for programs that need no store. */
export { MemoryBucket } from './bucket/memory-bucket.ts';
export { MemoryResponseCache } from './cache/memory-response-cache.ts';
export { createMemoryCircuits } from './circuits/create-circuits.ts';
export { MemoryCircuitTable } from './circuits/memory-circuit-table.ts';
export { MemoryConfigSource } from './config/memory-config-source.ts';
export { MemoryAccountStore } from './control/memory-account-store.ts';
export { MemoryConfig } from './control/memory-config.ts';
export { MemoryGatewayStore } from './control/memory-gateway-store.ts';
export { MemoryTokenStore } from './control/memory-token-store.ts';
export { MemoryPlatformCredentials } from './credentials/memory-platform-credentials.ts';
export { MemoryKeyRing } from './key-ring/memory-key-ring.ts';
export { createMemoryRateLimiter } from './limits/create-rate-limiter.ts';
export { MemoryLimitTable } from './limits/memory-limit-table.ts';
export { MemoryLogStore } from './logs/memory-log-store.ts';
export { MemoryRecordSink } from './records/memory-record-sink.ts';
