import { BlobId, PilotlightError } from '@pilotlight/protocol';
import type { HttpDeps } from '../http-deps.ts';
import { param, route } from '../route.ts';
import type { Http } from '../route.ts';

/** Images a browser may show in place. SVG is not among them: it can carry scripts. */
const SHOWN_IN_PLACE = /^image\/(png|jpeg|gif|webp|avif)$/;
const MIME_TYPE = /^[a-z0-9.+-]+\/[a-z0-9.+-]+(; ?charset=[a-z0-9-]+)?$/i;

/** The bytes come from agents: nothing here may run in the browser, whatever they claim to be. */
export function blobRoutes(http: Http, { blobs }: Pick<HttpDeps, 'blobs'>): void {
  route(http, '/api/blobs/:id', {
    GET: async (c) => {
      const id = param(c, 'id');
      const blob = BlobId.safeParse(id).success ? await blobs.get(id) : null;
      if (blob === null) throw new PilotlightError('blob_not_found', `there is no blob ${id}`);
      const headers = { etag: `"${id}"`, 'cache-control': 'private, max-age=31536000, immutable' };
      if (c.req.header('if-none-match') === headers.etag) return new Response(null, { status: 304, headers });
      const type = MIME_TYPE.test(blob.mimeType) ? blob.mimeType : 'application/octet-stream';
      return new Response(
        Buffer.from(blob.bytes.buffer as ArrayBuffer, blob.bytes.byteOffset, blob.bytes.byteLength),
        {
          headers: {
            ...headers,
            'content-type': type,
            'content-disposition': SHOWN_IN_PLACE.test(type)
              ? 'inline'
              : `attachment; filename="${id.slice(0, 16)}"`,
            'content-security-policy': "sandbox; default-src 'none'",
          },
        },
      );
    },
  });
}
