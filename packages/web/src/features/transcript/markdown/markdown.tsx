import { memo, useRef } from 'react';
import { Block } from './block.tsx';
import { blocksOf, growingBlocks, NO_BLOCKS } from './blocks.ts';

/** A text of an agent. While it grows, only its last block is read and rendered again. */
export const Markdown = memo(function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const kept = useRef(NO_BLOCKS);
  // Blocks are a cache of what the text says: reading them again gives the same, so a render may keep them.
  kept.current = (isGrowing ? growingBlocks : blocksOf)(text, kept.current);
  const { tokens } = kept.current;
  return tokens.map((token, at) => (
    <Block key={at} token={token} isGrowing={isGrowing && at === tokens.length - 1} />
  ));
});
