import * as z from 'zod';

/** What CloudFormation sends a custom resource's function, as far as we use it. */
export const customResourceEvent = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url({ protocol: /^https?$/ }),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

export type CustomResourceEvent = z.output<typeof customResourceEvent>;

/** What became of the resource. `data` is what the template can read with `Fn::GetAtt`. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly physicalId: string;
      readonly data?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** The object that CloudFormation waits for. */
export function toResponse(event: CustomResourceEvent, outcome: Outcome): string {
  const { StackId, RequestId, LogicalResourceId } = event;
  const common = { StackId, RequestId, LogicalResourceId };
  if (outcome.kind === 'failed') {
    const PhysicalResourceId = event.PhysicalResourceId ?? 'not-created';
    return JSON.stringify({ Status: 'FAILED', Reason: outcome.reason, PhysicalResourceId, ...common });
  }
  return JSON.stringify({
    Status: 'SUCCESS',
    PhysicalResourceId: outcome.physicalId,
    ...common,
    ...(outcome.data ? { Data: outcome.data } : {}),
  });
}
