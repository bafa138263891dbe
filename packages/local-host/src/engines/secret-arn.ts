import { AWS_ACCOUNT, REGION } from '../assembly/scope.ts';

/** AWS ends a secret's ARN in six characters of its own choice; ours are always the same. */
export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${AWS_ACCOUNT}:secret:${name}-local0`;
}
