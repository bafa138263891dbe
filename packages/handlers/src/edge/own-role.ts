import { type AwsCredential, type OwnRole, Secret } from '@weir/core';
import { optional, required } from './environment.ts';

/**
 * The function's own credentials. Lambda keeps them in the environment, and they outlast the process, so they are read once.
 * Only Bedrock, and only where the operator said so (CDK context `bedrockRole`): the variable names the region.
 */
export function createOwnRole(): OwnRole {
  const region = optional('WEIR_BEDROCK_ROLE_REGION');
  if (region === null) return { credentialFor: () => null };
  const sessionToken = optional('AWS_SESSION_TOKEN');
  const credential: AwsCredential = {
    kind: 'aws',
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: new Secret(required('AWS_SECRET_ACCESS_KEY')),
    sessionToken: sessionToken === null ? null : new Secret(sessionToken),
    place: { region },
  };
  return { credentialFor: (provider) => (provider === 'aws-bedrock' ? credential : null) };
}
