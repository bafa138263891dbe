import { afterEach, expect, it } from '@jest/globals';
import { optional, required, requiredNumber } from './environment.ts';

afterEach(() => {
  delete process.env.WEIR_FOR_TEST;
});

it.each([undefined, ''])('a variable that is %j is named, and the function does not start', (value) => {
  if (value !== undefined) process.env.WEIR_FOR_TEST = value;
  expect(() => required('WEIR_FOR_TEST')).toThrow('WEIR_FOR_TEST');
  expect(() => requiredNumber('WEIR_FOR_TEST')).toThrow('WEIR_FOR_TEST');
});

it('a variable that the operator may leave out is null then, empty or not there', () => {
  expect(optional('WEIR_FOR_TEST')).toBeNull();
  process.env.WEIR_FOR_TEST = '';
  expect(optional('WEIR_FOR_TEST')).toBeNull();
  process.env.WEIR_FOR_TEST = 'eu-west-1';
  expect(optional('WEIR_FOR_TEST')).toBe('eu-west-1');
});

it.each(['soon', '0', '-1', 'NaN'])('%j is no duration', (value) => {
  process.env.WEIR_FOR_TEST = value;
  expect(() => requiredNumber('WEIR_FOR_TEST')).toThrow('must be a number above 0');
});

it('what the template sets is taken as it is', () => {
  process.env.WEIR_FOR_TEST = '280000';
  expect([required('WEIR_FOR_TEST'), requiredNumber('WEIR_FOR_TEST')]).toEqual(['280000', 280_000]);
});
