import Anthropic from '@anthropic-ai/sdk';

const { WEIR_BASE_URL, WEIR_ACCOUNT_ID, WEIR_API_TOKEN } = process.env;

const client = new Anthropic({
  baseURL: `${WEIR_BASE_URL}/client/v4/accounts/${WEIR_ACCOUNT_ID}/ai`,
  apiKey: WEIR_API_TOKEN,
});
const question = {
  model: 'demo/any-model',
  max_tokens: 256,
  messages: [{ role: 'user' as const, content: 'What does a weir do?' }],
};

const answer = await client.messages.create(question);
for (const block of answer.content) if (block.type === 'text') console.log(block.text);

const stream = client.messages.stream(question);
stream.on('text', (text) => process.stdout.write(text));
await stream.finalMessage();
