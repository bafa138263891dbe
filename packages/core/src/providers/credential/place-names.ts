/**
 * What the parts of a place look like. They become part of a host name or a path, so nothing in them can end one or begin
 * another.
 */
export const AWS_REGION = /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/;

export const GLOBAL_LOCATION = 'global';
const GOOGLE_REGION = /^[a-z]+(?:-[a-z]+)+\d{1,2}$/;

export const isGoogleLocation = (name: string) => name === GLOBAL_LOCATION || GOOGLE_REGION.test(name);

/** An id, a number, or a domain-scoped id (`example.com:project`). */
export const GOOGLE_PROJECT = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** Azure: the first label of its host. */
export const AZURE_RESOURCE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

export const CLOUDFLARE_ACCOUNT = /^[0-9a-f]{32}$/i;
