import { AWS_ACCOUNT, REGION } from '../assembly/scope.ts';

/** `arn:aws:<service>:<region>:<account>:<resource>` as every ARN of this machine reads. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${AWS_ACCOUNT}:${resource}`;
}
