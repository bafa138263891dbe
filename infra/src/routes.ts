/** What the API serves: the whole surface in one table. Paths in API Gateway's notation. */
export interface Route {
  readonly path: string;
  readonly method: 'ANY' | 'GET';
  readonly serves: 'management' | 'provider' | 'unified';
}

export const ROUTES: readonly Route[] = [
  { path: '/', method: 'GET', serves: 'management' },
  { path: '/client/v4/{proxy+}', method: 'ANY', serves: 'management' },
  { path: '/client/v4/accounts/{account}/{proxy+}', method: 'ANY', serves: 'management' },
  { path: '/client/v4/accounts/{account}/ai/{proxy+}', method: 'ANY', serves: 'unified' },
  { path: '/v1/{account}/compat/{proxy+}', method: 'ANY', serves: 'unified' },
  { path: '/v1/{account}/{gateway}/compat/{proxy+}', method: 'ANY', serves: 'unified' },
  { path: '/v1/{account}/{gateway}', method: 'ANY', serves: 'provider' },
  { path: '/v1/{account}/{gateway}/{proxy+}', method: 'ANY', serves: 'provider' },
];
