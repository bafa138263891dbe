export const handler = awslambda.streamifyResponse(async (_event, raw) => {
  const stream = awslambda.HttpResponseStream.from(raw, { statusCode: 200 });
  stream.write('hello world');
  stream.end();
});
