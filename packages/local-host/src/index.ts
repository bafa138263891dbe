/** The one public door of the local host. */
export { Unsupported } from './assembly/unsupported.ts';
export { FolderUnusable } from './data/data-folder.ts';
export { FolderInUse } from './engines/engines.ts';
export type { Log } from './log.ts';
export type { Machine } from './machine.ts';
export { main } from './main.ts';
export { definePlugin, type Plugin, type PluginDefinition } from './plugins/plugin.ts';
export { PLUGINS } from './plugins/registry.ts';
export { type LocalHost, type LocalHostOptions, startLocalHost } from './start-local-host.ts';
