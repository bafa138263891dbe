import { hash } from 'node:crypto';
import type { Endpoint } from './access/endpoints.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
code { font: 0.9em ui-monospace, monospace; }
th { text-align: left; font-weight: 600; vertical-align: top; padding: 0 1.5rem 0.5rem 0; }
td { padding-bottom: 0.5rem; overflow-wrap: anywhere; }`;

const POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What someone sees who opens the base URL in a browser: what this is and where clients point. */
export const frontPage: Endpoint = ({ baseUrl }) => ({
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  },
  body: page(escapeHtml(baseUrl)),
});

const page = (base: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Weir</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Weir</h1>
<p>An AI gateway: one place for the keys, access and logs of every model that your programs call.
Point a client at one of these base URLs and leave the rest of the program as it is.</p>
<table>
<tr><th>Gateways, tokens, logs</th><td><code>${base}/client/v4</code></td></tr>
<tr><th>OpenAI SDK, one format for many providers</th><td><code>${base}/client/v4/accounts/&lt;account&gt;/ai/v1</code></td></tr>
<tr><th>A provider’s own API</th><td><code>${base}/v1/&lt;account&gt;/&lt;gateway&gt;/&lt;provider&gt;</code></td></tr>
</table>
<p>Every call needs a token: <code>Authorization: Bearer &lt;token&gt;</code>. Whoever deployed this gateway has the first one.
The <code>README.md</code> and the <code>docs</code> folder of the repository that it was deployed from say the rest.</p>
</body>
</html>
`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
