export { createKeyRing } from '@weir/stores/key-ring';
