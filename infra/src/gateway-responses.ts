import { ERRORS, type ErrorName, errorBody, Refusal } from '@weir/core';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';

/**
 * What API Gateway answers without asking a function, in the shapes that clients of the gateway can read. Its own
 * answers know nothing of surfaces, so all but the first carry the shape with every surface's fields.
 */
export function addGatewayResponses(api: apigateway.RestApi): void {
  const { MISSING_AUTHENTICATION_TOKEN, REQUEST_TOO_LARGE, DEFAULT_4XX, DEFAULT_5XX } =
    apigateway.ResponseType;

  // API Gateway's word for "no such route".
  respond(api, MISSING_AUTHENTICATION_TOKEN, {
    status: ERRORS.noRoute.status,
    body: errorBody(new Refusal('noRoute'), 'management'),
  });
  respond(api, REQUEST_TOO_LARGE, { status: ERRORS.bodyTooLarge.status, body: body('bodyTooLarge') });
  // Whatever else the caller did wrong, or too often: the status and the sentence are API Gateway's.
  respond(api, DEFAULT_4XX, { body: bodyWithItsMessage('invalidRequest') });
  respond(api, DEFAULT_5XX, { body: body('internal') });
}

function respond(
  api: apigateway.RestApi,
  type: apigateway.ResponseType,
  answer: { readonly status?: number; readonly body: string },
): void {
  api.addGatewayResponse(type.responseType, {
    type,
    ...(answer.status ? { statusCode: String(answer.status) } : {}),
    templates: { 'application/json': answer.body },
  });
}

const body = (name: ErrorName): string => errorBody(new Refusal(name), 'api-host');

const PLACEHOLDER = 'the message';

/** `$context.error.messageString` is the message with its quotes, so it takes the place of a whole JSON string. */
const bodyWithItsMessage = (name: ErrorName): string =>
  errorBody(new Refusal(name, { message: PLACEHOLDER }), 'api-host').replaceAll(
    JSON.stringify(PLACEHOLDER),
    '$context.error.messageString',
  );
