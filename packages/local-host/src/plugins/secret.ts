import * as z from 'zod';
import { EngineError, engineClient } from '../engines/aws-json.ts';
import { secretArn } from '../engines/secret-arn.ts';
import { generatePassword, passwordSchema } from './generate-password.ts';
import { definePlugin, type Referenced } from './plugin.ts';

const secretSchema = z.strictObject({
  Name: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: passwordSchema
    .extend({ SecretStringTemplate: z.string().optional(), GenerateStringKey: z.string().optional() })
    .optional(),
});

type SecretProperties = z.infer<typeof secretSchema>;

/** Secrets in files that only their owner can read. A value that the data folder holds already is never replaced. */
export const secret = definePlugin({
  types: ['AWS::SecretsManager::Secret'],
  properties: secretSchema,
  ignores: {
    Description: 'nothing reads it',
    KmsKeyId: 'the disk belongs to the developer',
    Tags: 'nothing reads them',
  },
  ref: (resource) => secretArn(secretName(resource)),
  attribute: (resource, name) => (name === 'Id' ? secretArn(secretName(resource)) : undefined),
  async start(secrets, { endpoints }) {
    const call = engineClient('secretsmanager', endpoints.secretsManager);
    for (const { logicalId, properties } of secrets) {
      await call('CreateSecret', {
        Name: properties.Name ?? logicalId,
        SecretString: initialValue(properties),
      }).catch((error: unknown) => {
        if (!(error instanceof EngineError && error.type === 'ResourceExistsException')) throw error;
      });
    }
  },
});

function secretName(resource: Referenced): string {
  return resource.name('Name') ?? resource.logicalId;
}

/** A secret that the template leaves empty starts as an empty object here: AWS has no value to read at all then. */
function initialValue({ SecretString, GenerateSecretString }: SecretProperties): string {
  if (SecretString !== undefined) return SecretString;
  if (!GenerateSecretString) return '{}';
  const { SecretStringTemplate, GenerateStringKey, ...rules } = GenerateSecretString;
  const password = generatePassword(rules);
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [GenerateStringKey]: password });
}
