import { CfnElement } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Gives the construct's resource a logical id that no longer depends on where its code stands, so that moving a file
 * can never replace a table, a key or a function.
 */
export function fixLogicalId(construct: Construct, logicalId: string): void {
  const resource = construct.node.defaultChild;
  if (!(resource instanceof CfnElement))
    throw new Error(`${construct.node.path} has no resource of its own.`);
  resource.overrideLogicalId(logicalId);
}
