export { GoogleTokens } from '../edge/google-tokens.ts';
