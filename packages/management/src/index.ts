/** The control plane: what the management API does, over the ports of core. The edge brings requests and stores. */
export * from './first-account/create-first-account.ts';
export * from './http/answer.ts';
export * from './http/request.ts';
export * from './ports.ts';
export * from './serve.ts';
