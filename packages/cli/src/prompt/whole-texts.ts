import type { Client } from '@pilotlight/client';
import type { MessagePage, Part } from '@pilotlight/protocol';

export async function textOfBlob(client: Client, id: string): Promise<string> {
  return new TextDecoder().decode(await client.getBlob(id));
}

/** The page with every text whole: what had moved to blobs is put before what was kept inline. */
export async function withWholeTexts(client: Client, page: MessagePage): Promise<MessagePage> {
  const whole = async (part: Part): Promise<Part> => {
    if (part.type !== 'text' || part.head === undefined) return part;
    const heads = await Promise.all(part.head.map(({ blob }) => textOfBlob(client, blob)));
    return { type: 'text', text: heads.join('') + part.text };
  };
  const messages = page.messages.map(async (message) => ({
    ...message,
    parts: await Promise.all(message.parts.map(whole)),
  }));
  return { ...page, messages: await Promise.all(messages) };
}
