export { createRouter } from '@weir/core/routing';
