export { createSecretReader } from '@weir/stores/secrets';
