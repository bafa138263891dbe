import { expect, test } from '@jest/globals';
import { waitForUpdate } from '@pydantic/genai-prices';
import { BUNDLED_BOOK } from '../packages/core/src/money/book/bundled-book.ts';
import { convertSource } from '../packages/handlers/src/prices/convert-source.ts';

test('the shipped price book is what the installed version of its source becomes', async () => {
  const [origin = ''] = BUNDLED_BOOK.name.split('+');
  expect(convertSource(await waitForUpdate(), origin, BUNDLED_BOOK.date).book).toEqual(BUNDLED_BOOK);
});
