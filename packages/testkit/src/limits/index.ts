/** For what counts in windows of time: schedules that try to get too much, and a window that lasts. */
export * from './early-in-window.ts';
export * from './sliding-schedules.ts';
