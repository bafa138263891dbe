import { expect } from '@jest/globals';
import type { RawAnswer } from '@weir/testkit/http';

const message = expect.stringMatching(/./);

/** What the gateway host's clients read (spec 2.3): `error` is an array. */
export function expectGatewayHostError(answer: RawAnswer, status: number, code: number): void {
  expect([answer.status, read(answer)]).toEqual([
    status,
    expect.objectContaining({
      success: false,
      name: 'AiGatewayError',
      httpCode: status,
      internalCode: code,
      error: [{ code, message }],
      message,
    }),
  ]);
}

/** What the API host's clients read: `error` is OpenAI's object, `errors` the envelope's. */
export function expectApiHostError(answer: RawAnswer, status: number, code: number): void {
  expect([answer.status, read(answer)]).toEqual([
    status,
    expect.objectContaining({
      success: false,
      errors: expect.arrayContaining([expect.objectContaining({ code, message })]),
      error: expect.objectContaining({ code, message, type: message }),
    }),
  ]);
}

/** The management envelope, which the API itself also answers with. */
export function expectEnvelopeError(answer: RawAnswer, status: number, code: number): void {
  expect([answer.status, read(answer)]).toEqual([
    status,
    expect.objectContaining({
      success: false,
      errors: expect.arrayContaining([expect.objectContaining({ code, message })]),
      messages: [],
      result: null,
    }),
  ]);
}

function read(answer: RawAnswer): unknown {
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  return JSON.parse(answer.body.toString());
}
