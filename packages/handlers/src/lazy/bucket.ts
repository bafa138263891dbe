export { createBucket } from '@weir/stores/bucket';
